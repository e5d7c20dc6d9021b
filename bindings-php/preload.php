<?php

declare(strict_types=1);

// For opcache.preload: loads the classes and the library once, before the first request. With
// ffi.enable=preload, only code that was loaded here may call the library.
require_once __DIR__ . '/autoload.php';

(static function (): void {
    $files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator(__DIR__ . '/src'));
    foreach ($files as $file) {
        if ($file->getExtension() === 'php') {
            require_once $file->getPathname();
        }
    }
    Visiono\Workflow\Loader::preload();
})();
