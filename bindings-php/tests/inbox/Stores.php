<?php

declare(strict_types=1);

namespace Visiono\Workflow\Tests;

use Visiono\Workflow\Inbox\PdoStore;
use Visiono\Workflow\Inbox\RedisStore;

/**
 * Makes stores of their names and addresses, here and in other processes. An address is an array that
 * can be written as JSON.
 */
final class Stores
{
    /**
     * Returns an empty place in a database: a new file, schema or database of its own.
     *
     * @return array<string, mixed>
     */
    public static function place(string $name): array
    {
        if ($name === 'sqlite') {
            return ['name' => $name, 'dsn' => 'sqlite:' . temporary_folder() . '/inbox.sqlite'];
        }
        $unique = 'test_' . bin2hex(random_bytes(6));
        ['host' => $host, 'port' => $port, 'pass' => $password] = $url = Databases::get()->urls[$name];
        $place = ['name' => $name, 'host' => $host, 'port' => $port, 'password' => $password];
        if ($name === 'redis') {
            return $place + ['prefix' => "{{$unique}}"];
        }
        $place['user'] = $url['user'];
        if ($name === 'postgresql') {
            $dsn = "pgsql:host=$host;port=$port;dbname=postgres;options=-csearch_path=$unique";
            self::pdo($place + ['dsn' => $dsn])->exec("CREATE SCHEMA $unique");
            return $place + ['dsn' => $dsn];
        }
        // The user has one database; so its tables are dropped.
        $place['dsn'] = "mysql:host=$host;port=$port;dbname=inbox;charset=utf8mb4";
        $pdo = self::pdo($place);
        foreach ($pdo->query('SHOW TABLES')->fetchAll(\PDO::FETCH_COLUMN) as $table) {
            $pdo->exec("DROP TABLE $table");
        }
        return $place;
    }

    /**
     * @param array<string, mixed> $place
     * @param array<int, mixed> $options
     */
    public static function pdo(array $place, array $options = []): \PDO
    {
        return new \PDO($place['dsn'], $place['user'] ?? null, $place['password'] ?? null, $options);
    }

    /** @param array<string, mixed> $place */
    public static function redis(array $place): \Redis
    {
        $redis = new \Redis();
        $redis->connect($place['host'], $place['port']);
        $redis->auth($place['password']);
        return $redis;
    }

    /**
     * @param array<string, mixed> $place
     * @param array<int, mixed> $options
     */
    public static function open(array $place, array $options = []): PdoStore|RedisStore
    {
        return $place['name'] === 'redis'
            ? new RedisStore(static fn (): \Redis => self::redis($place), $place['prefix'])
            : new PdoStore(static fn (): \PDO => self::pdo($place, $options));
    }
}
