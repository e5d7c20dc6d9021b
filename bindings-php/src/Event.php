<?php

declare(strict_types=1);

namespace Visiono\Workflow;

/** The events that Visiono documents, by the name that a webhook has. Later versions may add some. */
enum Event: string
{
    /** A request was made. */
    case PhotoRequestCreated = 'photo_request.created';
    /** The recipient of a request opened it for the first time. */
    case PhotoRequestFirstViewed = 'photo_request.first_viewed';
    /** A photo was uploaded. */
    case PhotoSubmissionCreated = 'photo_submission.created';
    /** All photos that a request asks for are there. */
    case PhotoRequestSubmitted = 'photo_request.submitted';
    /** A request ended without them. */
    case PhotoRequestExpired = 'photo_request.expired';
    /** A photo was copied to Dropbox. */
    case PhotoSubmissionDropboxSynced = 'photo_submission.dropbox_synced';
    /** A person whom a signed link sent has uploaded photos. */
    case SubmissionCreated = 'submission.created';
}
