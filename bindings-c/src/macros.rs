//! The macros that write the exports.

/// Returns the messages about an argument of this name: that it is null, that it is not UTF-8.
macro_rules! argument {
    ($name:expr) => {
        [
            concat!($name, " is NULL: this argument is required"),
            concat!($name, " is not UTF-8: convert it"),
        ]
    };
}

/// Reads a text of a struct, whose errors name the member.
macro_rules! member {
    ($reader:ident.$method:ident($fields:ident.$name:ident)) => {
        $reader
            .named(argument!(stringify!($name)))
            .$method($fields.$name)?
    };
}

/// Exports functions.
///
/// Each argument says with which method of [`Reader`](crate::read::Reader) it is read. The body
/// runs only if all arguments are usable. The output, which follows the semicolon, is checked
/// before the others, and the body writes it as the last step.
///
/// A function without a result returns a code, and has `error` as its last argument. Any other
/// function returns the value after `or` if an argument is not usable, or after a panic.
macro_rules! export {
    () => {};
    (
        $(#[$doc:meta])*
        fn $name:ident($($argument:tt)*) -> $result:ty, or $fallback:expr, $body:block
        $($rest:tt)*
    ) => {
        export!(@ $(#[$doc])* $name($($argument)*)() -> $result, |_| $fallback, Ok($body));
        export!($($rest)*);
    };
    ($(#[$doc:meta])* fn $name:ident($($argument:tt)*) $body:block $($rest:tt)*) => {
        export!(@
            $(#[$doc])*
            $name($($argument)*)(error: *mut $crate::error::ErrorHandle) -> $crate::tables::Code,
            // SAFETY: the caller keeps the export's `# Safety` section.
            |failure| unsafe { $crate::error::keep(error, failure) },
            $body.map(|()| $crate::tables::Code::VisionoOk)
        );
        export!($($rest)*);
    };
    (@
        $(#[$doc:meta])*
        $name:ident(
            $($first:ident: $type:ty $(, $more:ident: $more_type:ty)* => $method:ident),*
            $(; $output:ident: $output_type:ty => $place:ident)?
        )(
            $($error:ident: $error_type:ty)?
        ) -> $result:ty, $failed:expr, $run:expr
    ) => {
        $(#[$doc])*
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            $($first: $type, $($more: $more_type,)*)*
            $($output: $output_type,)?
            $($error: $error_type)?
        ) -> $result {
            let run = || {
                // SAFETY: the caller keeps the export's `# Safety` section, and the reader sees
                // the export's arguments alone.
                let mut reader = unsafe { $crate::read::Reader::new() };
                $(
                    reader.argument = argument!(stringify!($output));
                    let $output = reader.$place($output)?;
                )?
                $(
                    reader.argument = argument!(stringify!($first));
                    let $first = reader.$method($first $(, $more)*)?;
                )*
                $run
            };
            $crate::error::guard(run).unwrap_or_else($failed)
        }
    };
}

/// Describes a kind of value: its type in C, how an object stores it, and the value of a null
/// handle. A kind of another name is a type that is stored as it is.
macro_rules! kind {
    (text type) => { $crate::text::Str };
    (text stored) => { $crate::text::Text };
    (text of $value:expr) => { $crate::text::Text::new($value) };
    (text from $stored:expr) => { $stored.to_c() };
    (text null) => { $crate::text::Str::EMPTY };
    (text doc) => { " Ownership: the text is the object's. Threads: any. Errors: none." };
    (optional stored) => { Option<$crate::text::Text> };
    (optional of $value:expr) => { $value.map($crate::text::Text::new) };
    (optional from $stored:expr) => { $crate::text::Text::optional_to_c(&$stored) };
    (optional null) => { $crate::text::Str::NULL };
    (optional $fact:ident) => { kind!(text $fact) };
    (i64 of $value:expr) => { i64::try_from($value).unwrap_or(i64::MAX) };
    (i64 null) => { -1 };
    (usize null) => { 0 };
    (bool null) => { false };
    (Event null) => { Event::VisionoEventUnknown };
    ($Type:ident $fact:ident $value:expr) => { $value };
    ($Type:ident doc) => { " Threads: any. Errors: none." };
    ($Type:ident $type_or_stored:ident) => { $Type };
}

/// Exports an opaque result: a struct that keeps the values of the core's object, a function for
/// each value, and the function that frees it.
///
/// A row is the name of a function and of the member that it returns, its kind (of [`kind!`]), and
/// the value from the core's object. The members after `with` have no function. Functions that fit
/// into no row follow.
macro_rules! result {
    (
        $(#[$doc:meta])*
        $Handle:ident($handle:ident: $Core:ty) from $origin:literal until $free:ident
        $(with {$($member:ident: $Member:ty = $start:expr,)*})?
        {$(
            $(#[$field_doc:meta])*
            $name:ident: $kind:ident = $value:expr;
        )*}
        $($other:tt)*
    ) => {
        $(#[$doc])*
        pub struct $Handle {
            $(pub(crate) $name: kind!($kind stored),)*
            $($($member: $Member,)*)?
        }

        impl $Handle {
            pub(crate) fn new($handle: &$Core) -> Self {
                Self {
                    $($name: kind!($kind of $value),)*
                    $($($member: $start,)*)?
                }
            }
        }

        export! {
            $(
                $(#[$field_doc])*
                ///
                #[doc = kind!($kind doc)]
                ///
                /// # Safety
                ///
                #[doc = concat!(" `", stringify!($handle), "` is null or came from ", $origin, ".")]
                fn $name($handle: *const $Handle => object) -> kind!($kind type),
                    or kind!($kind null),
                {
                    kind!($kind from $handle.$name)
                }
            )*
            $($other)*
            /// Frees the object and the texts that were read from it. Null is allowed.
            ///
            /// Threads: no other thread may be using it. Errors: none.
            ///
            /// # Safety
            ///
            #[doc = concat!(" `", stringify!($handle), "` came from ", $origin, ".")]
            /// It is not used again.
            fn $free($handle: *mut $Handle => owned) -> (), or (), {
                drop($handle);
            }
        }
    };
}
