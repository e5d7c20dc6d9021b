<?php

// Waits for the photos of a request by polling the receiver's store of events, as in the guide.
//
//   php poll.php RECEIVER REQUEST CREATED_AT

declare(strict_types=1);

const SUBMITTED = ['photo_submission.created', 'photo_request.submitted'];

/** Returns the first event that reports photos of this request since its creation. */
function poll(string $receiver, string $request, string $createdAt): string
{
    for (;;) {
        $events = json_decode(file_get_contents("$receiver/events/$request"), true, flags: JSON_THROW_ON_ERROR);
        foreach ($events as ['event' => $event, 'timestamp' => $at, 'data' => $data]) {
            $isNew = new DateTimeImmutable($at) >= new DateTimeImmutable($createdAt);
            if (in_array($event, SUBMITTED, true) && $isNew && $data['photo_request']['id'] === $request) {
                return $event;
            }
        }
        sleep(2);
    }
}

echo poll(...array_slice($argv, 1)), "\n";
