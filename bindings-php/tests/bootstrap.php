<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

require_once __DIR__ . '/package.php';

// The package as it is installed: not the source folder.
$package = getenv('VISIONO_WORKFLOW_PACKAGE');
if ($package === false) {
    $package = temporary_folder() . '/vendor/visiono/workflow';
    install($package);
    putenv("VISIONO_WORKFLOW_PACKAGE=$package");
}
putenv('VECTORS=' . (getenv('VECTORS') ?: dirname(__DIR__, 2) . '/tests/vectors'));
require_once "$package/autoload.php";
spl_autoload_register(static function (string $class): void {
    $name = strtr($class, [__NAMESPACE__ . '\\' => '']);
    foreach (glob(__DIR__ . "/{,fpm/,inbox/}$name.php", GLOB_BRACE) ?: [] as $file) {
        require_once $file;
    }
});
