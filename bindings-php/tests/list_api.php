<?php

// Prints the public API: every public class, with its members and signatures.

declare(strict_types=1);

[, $package] = $argv;
require $package . '/autoload.php';

function isInternal(ReflectionClass|ReflectionMethod|ReflectionProperty|ReflectionClassConstant $item): bool
{
    return str_contains((string) $item->getDocComment(), '@internal');
}

/** Members of the package's own parents are printed there. */
function isInherited(ReflectionMethod|ReflectionProperty|ReflectionClassConstant $member, ReflectionClass $class): bool
{
    return $member->getDeclaringClass()->name !== $class->name;
}

function parameter(ReflectionParameter $parameter): string
{
    $text = $parameter->getType() . ' ' . ($parameter->isVariadic() ? '...' : '') . '$' . $parameter->name;
    if ($parameter->isDefaultValueAvailable()) {
        $text .= ' = ' . ($parameter->getDefaultValueConstantName() ?? json_encode($parameter->getDefaultValue()));
    }
    return ltrim($text);
}

$classes = [];
$files = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($package . '/src'));
foreach ($files as $file) {
    if ($file->getExtension() === 'php') {
        $name = substr($file->getPathname(), strlen($package . '/src/'), -strlen('.php'));
        $classes[] = 'Visiono\\Workflow\\' . strtr($name, '/', '\\');
    }
}
sort($classes);

foreach ($classes as $name) {
    $class = new ReflectionClass($name);
    if (isInternal($class)) {
        continue;
    }
    $modifiers = implode(' ', Reflection::getModifierNames($class->getModifiers()));
    $kind = $class->isEnum() ? 'enum' : ltrim("$modifiers class");
    $parent = $class->getParentClass();
    echo "$kind $name", $parent ? " extends {$parent->name}" : '', "\n";

    foreach ($class->getReflectionConstants(ReflectionClassConstant::IS_PUBLIC) as $constant) {
        if (isInherited($constant, $class) || isInternal($constant)) {
            continue;
        }
        // A backed case is encoded as its value.
        $kind = $constant->isEnumCase() ? 'case' : 'const';
        echo "    $kind {$constant->name} = ", json_encode($constant->getValue()), "\n";
    }
    foreach ($class->getProperties(ReflectionProperty::IS_PUBLIC) as $property) {
        // An enum's own two are PHP's.
        if (!$class->isEnum() && !isInherited($property, $class) && !isInternal($property)) {
            $readonly = $property->isReadOnly() ? 'readonly ' : '';
            echo "    $readonly{$property->getType()} \${$property->name}\n";
        }
    }
    foreach ($class->getMethods(ReflectionMethod::IS_PUBLIC) as $method) {
        if (isInherited($method, $class) || isInternal($method) || $method->isInternal()) {
            continue;
        }
        $static = $method->isStatic() ? 'static ' : '';
        $parameters = implode(', ', array_map(parameter(...), $method->getParameters()));
        $returns = $method->hasReturnType() ? ": {$method->getReturnType()}" : '';
        echo "    {$static}function {$method->name}($parameters)$returns\n";
    }
}
