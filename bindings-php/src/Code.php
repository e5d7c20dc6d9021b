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
    // cargo xtask generate: codes
    // /** {Doc}. */
    // case {variant} = {number};
    /** The text is not usable as a secret. */
    case InvalidSecret = 100;
    /** A value cannot be signed or expected. */
    case InvalidField = 101;
    /** The text is not usable as a link URL. */
    case InvalidUrl = 102;
    /** The text is not usable as a redirect template. */
    case InvalidTemplate = 103;
    /** A parameter is absent or empty. */
    case MissingParameter = 200;
    /** A parameter is present twice, or under a doubtful name. */
    case DuplicateParameter = 201;
    /** A parameter has the wrong form. */
    case MalformedParameter = 202;
    /** No configured secret signed the message. */
    case InvalidSignature = 203;
    /** The message is older than its maximum age. */
    case Expired = 204;
    /** The message is from the future. */
    case NotYetValid = 205;
    /** The message is authentic, but not what the caller expects. */
    case UnexpectedValue = 206;
    /** The caller's buffer is too small; the required length is reported. */
    case BufferTooSmall = 300;
    /** An argument is missing, contradictory, out of range, null, closed, or not UTF-8. */
    case InvalidArgument = 301;
    /** A bug in the library, stopped at the boundary to another language. */
    case Panic = 399;
    // end generated

    /** The stable name, such as `invalid_signature`. */
    public function name(): string
    {
        return match ($this) {
            // cargo xtask generate: codes
            // self::{variant} => '{name}',
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
            // end generated
        };
    }

    /** True for the 200s: the message must be refused, and the caller did nothing wrong. */
    public function isRefusal(): bool
    {
        return match ($this) {
            // cargo xtask generate: codes
            // self::{variant} => {false/true/false},
            self::InvalidSecret => false,
            self::InvalidField => false,
            self::InvalidUrl => false,
            self::InvalidTemplate => false,
            self::MissingParameter => true,
            self::DuplicateParameter => true,
            self::MalformedParameter => true,
            self::InvalidSignature => true,
            self::Expired => true,
            self::NotYetValid => true,
            self::UnexpectedValue => true,
            self::BufferTooSmall => false,
            self::InvalidArgument => false,
            self::Panic => false,
            // end generated
        };
    }
}
