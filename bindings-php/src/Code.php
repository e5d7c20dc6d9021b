<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/**
 * The reason of a refusal: a stable number and name, the same in every language.
 *
 * The 100s are the caller's own mistake, the 200s a message to refuse.
 */
enum Code: int
{
    /** The secret can't be one. */
    case InvalidSecret = 100;
    /** A value can't be signed or expected. */
    case InvalidField = 101;
    /** The link URL can't be one. */
    case InvalidUrl = 102;
    /** The redirect template can't be one. */
    case InvalidTemplate = 103;
    /** A parameter is absent or empty. */
    case MissingParameter = 200;
    /** A parameter is present twice, or under a doubtful name. */
    case DuplicateParameter = 201;
    /** A parameter is not of its form. */
    case MalformedParameter = 202;
    /** The message is not signed by any of the secrets. */
    case InvalidSignature = 203;
    /** The message is older than its maximum age. */
    case Expired = 204;
    /** The message is from the future. */
    case NotYetValid = 205;
    /** The message is authentic, but not the one that was expected. */
    case UnexpectedValue = 206;
    /** A buffer is too small. It never comes to PHP, where buffers grow. */
    case BufferTooSmall = 300;
    /** An argument is absent, contradicts another or is not UTF-8, or the object was closed. */
    case InvalidArgument = 301;
    /** A bug in the library, stopped at its boundary: please report how it came. */
    case Panic = 399;

    /** The stable name, such as `invalid_signature`. */
    public function name(): string
    {
        return match ($this) {
            self::InvalidSecret => 'invalid_secret',
            self::InvalidField => 'invalid_field',
            self::InvalidUrl => 'invalid_url',
            self::InvalidTemplate => 'invalid_template',
            self::MissingParameter => 'missing_parameter',
            self::DuplicateParameter => 'duplicate_parameter',
            self::MalformedParameter => 'malformed_parameter',
            self::InvalidSignature => 'invalid_signature',
            self::Expired => 'expired',
            self::NotYetValid => 'not_yet_valid',
            self::UnexpectedValue => 'unexpected_value',
            self::BufferTooSmall => 'buffer_too_small',
            self::InvalidArgument => 'invalid_argument',
            self::Panic => 'panic',
        };
    }

    /** True for the 200s: the message is to be refused, and the caller did nothing wrong. */
    public function isRefusal(): bool
    {
        return match ($this) {
            self::MissingParameter,
            self::DuplicateParameter,
            self::MalformedParameter,
            self::InvalidSignature,
            self::Expired,
            self::NotYetValid,
            self::UnexpectedValue => true,
            self::InvalidSecret,
            self::InvalidField,
            self::InvalidUrl,
            self::InvalidTemplate,
            self::BufferTooSmall,
            self::InvalidArgument,
            self::Panic => false,
        };
    }
}
