<?php
// The decoders and routers of PHP. See ../README.md for the lines that are read and written.
declare(strict_types=1);

use FastRoute\Dispatcher;
use FastRoute\RouteCollector;
use Symfony\Component\Routing\Exception\ExceptionInterface;
use Symfony\Component\Routing\Matcher\UrlMatcher;
use Symfony\Component\Routing\RequestContext;
use Symfony\Component\Routing\Route;
use Symfony\Component\Routing\RouteCollection;

require '/usr/share/php/FastRoute/autoload.php';
require '/usr/share/php/Symfony/Component/Routing/autoload.php';

error_reporting(E_ALL);
// parse_str() warns about more than max_input_vars variables, and returns the first ones.
set_error_handler(fn (int $level, string $text) => str_contains($text, 'max_input_vars')
    ? true : throw new ErrorException($text));

/** The routes in each router's syntax, with the names of their fields. */
const ROUTES = [
    'tickets' => ['/tickets/{reference}/done', '~^/tickets/([^/]+)/done/?$~', ['reference']],
    'page' => ['/t/x-{reference}.html', '~^/t/x-([^/]+)\.html$~', ['reference']],
    'two' => ['/r/{submission_id}/{reference}', '~^/r/([^/]+)/([^/]+)/?$~', ['submission_id', 'reference']],
    'root' => ['/{reference}', '~^/([^/]+)/?$~', ['reference']],
    'slash' => ['/tickets/{reference}/', '~^/tickets/([^/]+)/$~', ['reference']],
    'tenant' => ['/Tenant/acme/{unique_value}/{reference}', '~^/Tenant/acme/([^/]+)/([^/]+)$~', ['unique_value', 'reference']],
];

/** Returns the texts in a value, at any depth. */
function texts(mixed $value): array
{
    if (is_array($value)) {
        return array_merge([], ...array_map(texts(...), array_values($value)));
    }
    return $value === null ? [] : [(string) $value];
}

/** Returns the keys that lead to the text `probe`, as a developer would find a parameter. */
function keys_to_probe(array $decoded): ?array
{
    foreach ($decoded as $key => $value) {
        if ($value === 'probe') {
            return [$key];
        }
        $inner = is_array($value) ? keys_to_probe($value) : null;
        if ($inner !== null) {
            return [$key, ...$inner];
        }
    }
    return null;
}

/** Returns the value of `$decoded[$a][$b]…`. */
function value_at(mixed $decoded, array $keys): mixed
{
    foreach ($keys as $key) {
        if (!is_array($decoded)) {
            return $decoded;
        }
        $decoded = $decoded[$key] ?? null;
    }
    return $decoded;
}

function parse_strict(string $query): array
{
    parse_str($query, $decoded);
    return $decoded;
}

function parse_multibyte(string $query): array
{
    mb_parse_str($query, $decoded);
    return $decoded;
}

/** Returns the texts under each name: at its keys, and under the name itself. */
function read_names(callable $decode, string $query, array $names): array
{
    static $known = [];
    $decoded = $decode($query);
    $found = [];
    foreach ($names as $name) {
        $keys = $known[$name] ??= keys_to_probe($decode(rawurlencode($name) . '=probe')) ?? [$name];
        $texts = texts(value_at($decoded, $keys));
        if ($keys !== [$name]) {
            array_push($texts, ...texts($decoded[$name] ?? null));
        }
        $found[] = $texts;
    }
    return $found;
}

function cell(array $found): string
{
    return implode(';', array_map(
        fn (array $texts) => implode(',', array_map(fn (string $text) => '=' . bin2hex($text), $texts)),
        $found,
    ));
}

$fast = FastRoute\simpleDispatcher(function (RouteCollector $routes): void {
    foreach (ROUTES as $name => [$pattern]) {
        $routes->addRoute('GET', $pattern, $name);
    }
});
$symfony = [];
foreach (ROUTES as $name => [$pattern]) {
    $collection = new RouteCollection();
    $collection->add($name, new Route($pattern));
    $symfony[$name] = new UrlMatcher($collection, new RequestContext());
}

/** Returns the path of a request's target, as PHP programs read it. */
function path_of(string $target): ?string
{
    $path = parse_url($target, PHP_URL_PATH);
    return is_string($path) ? $path : null;
}

$routers = [
    // The path is matched undecoded, and each part is decoded.
    'parse_url, preg_match, rawurldecode' => function (string $target, string $route): array {
        [, $pattern, $names] = ROUTES[$route];
        if (!preg_match($pattern, path_of($target) ?? '', $parts)) {
            return [];
        }
        return array_combine($names, array_map(rawurldecode(...), array_slice($parts, 1)));
    },
    // The path is decoded, trimmed and split, as in many small programs.
    'parse_url, rawurldecode, explode' => function (string $target, string $route): array {
        [$pattern, , $names] = ROUTES[$route];
        $parts = explode('/', trim(rawurldecode(path_of($target) ?? ''), '/'));
        $wanted = explode('/', trim($pattern, '/'));
        if (count($parts) !== count($wanted)) {
            return [];
        }
        $found = [];
        foreach ($wanted as $position => $part) {
            $regex = '~^' . preg_replace('/\\\\{(\w+)\\\\}/', '(?<$1>.+)', preg_quote($part)) . '$~Ds';
            if (!preg_match($regex, $parts[$position], $match)) {
                return [];
            }
            $found += $match;
        }
        return $found;
    },
    // FastRoute is called as in its documentation.
    'FastRoute' => function (string $target, string $route) use ($fast): array {
        $uri = $target;
        if (false !== $position = strpos($uri, '?')) {
            $uri = substr($uri, 0, $position);
        }
        $found = $fast->dispatch('GET', rawurldecode($uri));
        return $found[0] === Dispatcher::FOUND && $found[1] === $route ? $found[2] : [];
    },
    // Symfony's matcher decodes the path itself. Its Request uses the path before the `?`.
    'Symfony Routing' => function (string $target, string $route) use ($symfony): array {
        $path = strstr($target, '?', true) ?: $target;
        try {
            return $symfony[$route]->match($path);
        } catch (ExceptionInterface) {
            return [];
        }
    },
];

$separators = ini_get('arg_separator.input');
$decoders = $separators === '&'
    ? ['parse_str' => parse_strict(...), 'mb_parse_str' => parse_multibyte(...)]
    : ["parse_str, arg_separator.input=$separators" => parse_strict(...)];
if ($separators !== '&') {
    $routers = [];
}

$head = [];
foreach ($decoders as $name => $_) {
    $head[] = "query:PHP $name";
}
foreach ($routers as $name => $_) {
    $head[] = "path:PHP $name";
}
echo implode("\t", $head), "\n";
while (($line = fgets(STDIN)) !== false) {
    [$target, $query, $route, $names] = explode("\t", rtrim($line, "\n"));
    [$target, $query] = [hex2bin($target), hex2bin($query)];
    $names = array_map(hex2bin(...), explode(',', $names));
    $cells = [];
    foreach ($decoders as $decode) {
        $cells[] = cell(read_names($decode, $query, $names));
    }
    foreach ($routers as $match) {
        if ($route === '-') {
            $cells[] = '';
            continue;
        }
        $found = $match($target, $route);
        $cells[] = cell(array_map(fn (string $name) => texts($found[$name] ?? null), ROUTES[$route][2]));
    }
    echo implode("\t", $cells), "\n";
}
