<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

require_once __DIR__ . '/package.php';

/** Makes a project that has the package as Composer installs it, and returns its folder. */
function project(?string $folder = null): string
{
    $folder ??= temporary_folder();
    mkdir("$folder/vendor");
    $autoload = getenv('VISIONO_WORKFLOW_PACKAGE') . '/autoload.php';
    file_put_contents("$folder/vendor/autoload.php", '<?php require_once ' . var_export($autoload, true) . ";\n");
    return $folder;
}

// The package as it is installed: not the source folder.
$package = getenv('VISIONO_WORKFLOW_PACKAGE');
if ($package === false) {
    $package = temporary_folder() . '/vendor/visiono/workflow';
    install($package);
}
foreach ([
    "VISIONO_WORKFLOW_PACKAGE=$package",
    'VECTORS=' . (getenv('VECTORS') ?: dirname(__DIR__, 2) . '/tests/vectors'),
    'VISIONO_WORKFLOW_SECRET=0123456789abcdef0123456789abcdef',
    'VISIONO_WEBHOOK_SECRET=whsec_0123456789abcdef0123456789abcdef',
    // A developer's own shell may have one.
    'VISIONO_WORKFLOW_LIBRARY=',
] as $variable) {
    putenv($variable);
}
require_once "$package/autoload.php";
spl_autoload_register(static function (string $class): void {
    $name = strtr($class, [__NAMESPACE__ . '\\' => '']);
    foreach (glob(__DIR__ . "/{,fpm/,inbox/}$name.php", GLOB_BRACE) ?: [] as $file) {
        require_once $file;
    }
});

// The frameworks whose requests are tested.
foreach (['Illuminate/Foundation/Http/Middleware', 'GuzzleHttp/Psr7', 'Nyholm/Psr7', 'Slim/Psr7'] as $folder) {
    is_dir("/usr/share/php/$folder") || exit(
        "/usr/share/php/$folder is missing: install Debian's php-laravel-framework php-guzzlehttp-psr7 "
        . "php-nyholm-psr7 php-slim-psr7\n"
    );
}
