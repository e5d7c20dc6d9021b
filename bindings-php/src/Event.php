<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** The events that Visiono documents, by the name that a webhook has. Later versions may add some. */
enum Event: string
{
    // cargo xtask generate: events
    // /** {Doc}. */
    // case {variant} = '{name}';
    /** A request was created. */
    case PhotoRequestCreated = 'photo_request.created';
    /** The recipient opened a request for the first time. */
    case PhotoRequestFirstViewed = 'photo_request.first_viewed';
    /** A photo was uploaded. */
    case PhotoSubmissionCreated = 'photo_submission.created';
    /** All requested photos were uploaded. */
    case PhotoRequestSubmitted = 'photo_request.submitted';
    /** A request ended without all photos. */
    case PhotoRequestExpired = 'photo_request.expired';
    /** A photo was copied to Dropbox. */
    case PhotoSubmissionDropboxSynced = 'photo_submission.dropbox_synced';
    /** A person who came through a signed link has uploaded photos. */
    case SubmissionCreated = 'submission.created';
    // end generated
}
