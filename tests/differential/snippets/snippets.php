<?php

// From Visiono's documentation, under the MIT licence: see NOTICE.

function sign_link($workflowSecret, $slug, $uniqueValue, $source, $reference, $timestamp)
{
    // Generate signature
    $payload = "{$uniqueValue}|{$source}|{$reference}|{$timestamp}";
    $signature = hash_hmac('sha256', $payload, $workflowSecret);

    // Build URL
    $baseUrl = "https://visiono.io/s/{$slug}";
    $params = http_build_query([
        'uv' => $uniqueValue,
        'src' => $source,
        'ref' => $reference,
        'ts' => $timestamp,
        'sig' => $signature,
    ]);

    return "{$baseUrl}?{$params}";
}

function verify_return($workflowSecret)
{
    // Get parameters from redirect
    $submissionId = $_GET['sub'];
    $uniqueValue = $_GET['uv'];
    $reference = $_GET['ref'];
    $photoCount = $_GET['cnt'];
    $timestamp = $_GET['ts'];
    $receivedSignature = $_GET['sig'];

    // Verify signature
    $payload = "{$submissionId}|{$uniqueValue}|{$reference}|{$photoCount}|{$timestamp}";
    $expectedSignature = hash_hmac('sha256', $payload, $workflowSecret);

    return hash_equals($expectedSignature, $receivedSignature);
}

function verify_webhook($payload, $secret)
{
    $expected = 'sha256=' . hash_hmac('sha256', $payload, $secret);
    $valid = hash_equals($expected, $_SERVER['HTTP_X_VISIONO_SIGNATURE']);
    return $valid;
}
