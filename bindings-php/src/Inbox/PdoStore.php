<?php

declare(strict_types=1);

namespace Visiono\Workflow\Inbox;

/**
 * Keeps the inbox in SQLite 3.35, PostgreSQL 12, MariaDB 10.6 or MySQL 8, or later versions of them.
 *
 * The attributes of the connection are the caller's, whatever they are.
 */
final class PdoStore implements Store
{
    /** For what the inbox does; the caller's are restored afterwards. */
    private const ATTRIBUTES = [
        \PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION,
        \PDO::ATTR_ORACLE_NULLS => \PDO::NULL_NATURAL,
    ];
    private const DIALECTS = ['sqlite' => Texts::SQLITE, 'pgsql' => Texts::POSTGRESQL, 'mysql' => Texts::MYSQL];
    private const SCHEMAS = ['sqlite' => 'sqlite', 'pgsql' => 'postgresql', 'mysql' => 'mysql'];
    /** The errors of a missing table or column. */
    private const OUTDATED = ['42P01', '42703', '42S02', '42S22'];
    /** The errors of MariaDB, and the SQLSTATEs, after which a transaction must be retried. */
    private const RETRIED = [1213, '40001', '40P01'];
    /** The milliseconds for which SQLite waits for others that write. */
    private const BUSY_TIMEOUT = 5000;
    private const SAVEPOINT = 'visiono_inbox_handler';

    /** @var array<string, array<string, string>> the statements of each driver, by name */
    private static array $statements = [];

    private ?\PDO $pdo;
    private string $driver = '';
    private bool $isReady = false;
    /** False if each statement of MariaDB begins a transaction. After an error PDO doesn't see that. */
    private bool $isAutocommit = true;

    /**
     * @param \PDO|\Closure(): \PDO $connection a connection, or a function that makes one when it is
     *     needed, and another one after an error. With a function, a database that can't be reached
     *     is an InboxException like any other, and a worker goes on when the database is back
     */
    public function __construct(private readonly \PDO|\Closure $connection)
    {
        $this->pdo = $connection instanceof \PDO ? $connection : null;
    }

    /** @internal */
    public function connects(): bool
    {
        return $this->connection instanceof \Closure;
    }

    /** @internal */
    public function canFork(): bool
    {
        if (!$this->connects()) {
            return false;
        }
        try {
            // A persistent connection is that of the other process too.
            return $this->run(fn (\PDO $pdo): bool =>
                !$pdo->getAttribute(\PDO::ATTR_PERSISTENT) && ($this->connection)() !== $pdo);
        } catch (InboxException) {
            return false;
        }
    }

    /** @internal */
    public function forked(): static
    {
        return new self($this->connection);
    }

    /** @internal */
    public function migrate(?int $now): void
    {
        $this->run(function (\PDO $pdo) use ($now): void {
            $schema = Texts::SCHEMA[self::SCHEMAS[$this->driver]];
            $latest = \array_key_last($schema);
            try {
                if ($this->version($now) >= $latest) {
                    return;
                }
            } catch (\PDOException $exception) {
                if (!self::isOutdated($exception)) {
                    throw $exception;
                }
            }
            // A change of a table ends a transaction of MySQL. There each step can be repeated.
            if ($this->driver !== 'mysql') {
                $pdo->exec($this->driver === 'sqlite' ? 'BEGIN IMMEDIATE' : 'BEGIN');
            }
            try {
                if ($this->driver === 'pgsql') {
                    $this->execute('lock', [], $now);
                }
                foreach ($schema as $version => $text) {
                    if ($version === 0 || $version > $this->version($now)) {
                        foreach (\explode(";\n", self::withoutComments("$text\n")) as $statement) {
                            \trim($statement) === '' || $pdo->exec($statement);
                        }
                        if ($version > 0) {
                            $this->isNew('migrated', ['version' => $version], $now);
                        }
                    }
                }
                // Without autocommit, MariaDB's last step is in one.
                $pdo->exec('COMMIT');
            } catch (\PDOException $exception) {
                try {
                    $this->driver === 'mysql' || $pdo->exec('ROLLBACK');
                } catch (\PDOException) {
                    // The first exception says why.
                }
                throw $exception;
            }
        });
    }

    /** @internal */
    public function accept(array $event, ?int $now, ?int $deadline): bool
    {
        return $this->transact(
            fn (\PDO $pdo): bool => $this->isNew('accept', $event, $now, $this->limit($pdo, $deadline)),
            isOne: true,
        );
    }

    /** @internal */
    public function claim(int $limit, int $lease, int $maxAttempts, ?int $now): array
    {
        return $this->transact(function () use ($limit, $lease, $maxAttempts, $now): array {
            $id = static fn (array $row): int => (int) $row[\count($row) - 1];
            $parameters = ['max_attempts' => $maxAttempts, 'limit' => $limit, 'lease' => $lease];
            if ($this->driver === 'mysql') {
                // It can't return what it changes.
                foreach ($this->rows('exhausted', $parameters, $now) as $row) {
                    $this->execute('exhaust', ['id' => $id($row)], $now);
                }
                $rows = $this->rows('claimable', $parameters, $now);
                foreach ($rows as $row) {
                    $this->execute('claim', ['id' => $id($row), 'lease' => $lease], $now);
                }
            } else {
                $this->execute('exhaust', $parameters, $now);
                $rows = $this->rows('claim', $parameters, $now);
            }
            \usort($rows, static fn (array $a, array $b): int => $id($a) <=> $id($b));
            return $rows;
        });
    }

    /** @internal */
    public function change(string $operation, array $parameters, ?int $now): bool
    {
        return $this->transact(function () use ($operation, $parameters, $now): bool {
            if ($operation === 'once') {
                if ($this->driver === 'mysql') {
                    $this->execute('outdated', $parameters, $now);
                }
                return $this->isNew('once', $parameters, $now);
            }
            return $this->changes($operation, $parameters, $now);
        }, isOne: $operation !== 'once');
    }

    /** @internal */
    public function read(string $operation, array $parameters, ?int $now): array
    {
        return $this->run(fn (): array => $this->rows($operation, $parameters, $now));
    }

    /** @internal */
    public function purge(array $parameters, ?int $now): int
    {
        $forgotten = $this->transact(fn (): int => $this->execute('forget', $parameters, $now)->rowCount());
        $this->transact(fn () => $this->execute('drop', $parameters, $now));
        $this->transact(fn () => $this->execute('drop_once', $parameters, $now));
        return $forgotten;
    }

    /**
     * Runs a handler and completes a claimed item in one transaction. If the handler fails, what it
     * wrote is rolled back, and the failure is recorded.
     *
     * @internal
     *
     * @param array<string, string|int|null> $held the key and the token
     * @param \Closure(): mixed $handler
     * @param \Closure(\Throwable): array<string, string|int|null> $failed the parameters of `fail`
     */
    public function process(array $held, int $lease, \Closure $handler, \Closure $failed, ?int $now): void
    {
        $this->run(function (\PDO $pdo, \Closure $restore) use ($held, $lease, $handler, $failed, $now): void {
            $pdo->beginTransaction();
            // The first statement of a transaction of SQLite has to write: then it waits for the
            // lock, and nobody changes the file until the end.
            $isHeld = $this->driver === 'sqlite'
                ? $this->inTurn($pdo, fn (): bool => $this->changes('extend', $held + ['lease' => $lease], $now))
                : $this->rows('hold', $held, $now) !== [];
            if (!$isHeld) {
                throw new InboxException(Code::LeaseLost, Inbox::LEASE_LOST);
            }
            $pdo->exec('SAVEPOINT ' . self::SAVEPOINT);
            $error = $restore($handler);
            if ($error === null) {
                try {
                    $pdo->exec('RELEASE SAVEPOINT ' . self::SAVEPOINT);
                    if (!$this->changes('commit', $held, $now)) {
                        throw new InboxException(Code::LeaseLost, Inbox::LEASE_LOST);
                    }
                    $pdo->commit();
                    return;
                } catch (\PDOException $exception) {
                    // The handler caught an error of the database, or ended the transaction.
                    $error = $exception;
                }
            }
            $isOpen = $this->rollBackTo($pdo);
            $this->changes('fail', $held + $failed($error), $now);
            if ($pdo->inTransaction()) {
                $pdo->commit();
            }
            if (!$isOpen && isset($exception)) {
                throw InboxException::invalidArgument(
                    'the handler, or an error that it caught, ended the transaction: what it wrote may be there',
                    $error
                );
            }
        });
    }

    /** Rolls back what a handler did. Returns false if that ended the transaction. */
    private function rollBackTo(\PDO $pdo): bool
    {
        try {
            $pdo->exec('ROLLBACK TO SAVEPOINT ' . self::SAVEPOINT);
            return true;
        } catch (\PDOException) {
            // After a deadlock MariaDB has rolled back everything. What follows is a transaction of its own.
            $this->rollBack($pdo);
            return false;
        }
    }

    private function rollBack(\PDO $pdo): void
    {
        try {
            if ($pdo->inTransaction()) {
                $pdo->rollBack();
            } elseif (!$this->isAutocommit) {
                $pdo->exec('ROLLBACK');
            }
        } catch (\PDOException) {
            // The connection is lost, and the transaction with it.
        }
    }

    /**
     * Does something that is durable afterwards, even if the session has autocommit turned off, and does
     * it again after a deadlock.
     *
     * @template T
     *
     * @param \Closure(\PDO): T $work
     * @param bool $isOne true if it is one statement, which needs no BEGIN and COMMIT
     *
     * @return T
     */
    private function transact(\Closure $work, bool $isOne = false): mixed
    {
        return $this->run(function (\PDO $pdo) use ($work, $isOne): mixed {
            for ($attempt = 1;; $attempt++) {
                try {
                    $this->begin($pdo, $isOne);
                    $result = $this->inTurn($pdo, static fn (): mixed => $work($pdo));
                    if ($pdo->inTransaction()) {
                        $pdo->commit();
                    }
                    return $result;
                } catch (\PDOException $exception) {
                    $this->rollBack($pdo);
                    $isRetried = \array_intersect(self::errors($exception), self::RETRIED) !== [];
                    if (!$isRetried || $attempt === 5) {
                        throw $exception;
                    }
                    \usleep(\random_int(0, 20_000 * $attempt));
                }
            }
        });
    }

    /**
     * Calls a function whose first statement writes, and on SQLite does it again while another
     * connection writes. SQLite itself would sleep longer and longer in between, up to 100 ms, and
     * processes that have just come would be faster, for seconds.
     *
     * @template T
     *
     * @param \Closure(): T $work
     *
     * @return T
     */
    private function inTurn(\PDO $pdo, \Closure $work): mixed
    {
        if ($this->driver !== 'sqlite') {
            return $work();
        }
        $end = \hrtime(true) + self::BUSY_TIMEOUT * 1e6;
        $pdo->exec('PRAGMA busy_timeout = 0');
        try {
            for (;;) {
                try {
                    return $work();
                } catch (\PDOException $exception) {
                    // 5 is SQLITE_BUSY.
                    if (!\in_array(5, self::errors($exception), true) || \hrtime(true) > $end) {
                        throw $exception;
                    }
                    \usleep(\random_int(0, 4000));
                }
            }
        } finally {
            $pdo->exec('PRAGMA busy_timeout = ' . self::BUSY_TIMEOUT);
        }
    }

    private function begin(\PDO $pdo, bool $isOne): void
    {
        if ($pdo->inTransaction()) {
            throw InboxException::invalidArgument('the connection is in a transaction: what the inbox does would not be durable');
        }
        // Of SQLite, PDO may not know that it is in a transaction: then this fails.
        if ($isOne && $this->driver !== 'sqlite' && $this->isAutocommit) {
            return;
        }
        if ($this->driver === 'mysql') {
            // Without locks of what is between the rows, over which workers would run into each other.
            $pdo->exec('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
        }
        $pdo->beginTransaction();
    }

    /**
     * Limits the time of the next statement.
     *
     * @return string what that statement starts with
     */
    private function limit(\PDO $pdo, ?int $milliseconds): string
    {
        if ($milliseconds !== null && $this->driver === 'pgsql') {
            // It ends with the transaction.
            $pdo->exec("BEGIN; SET LOCAL statement_timeout = $milliseconds");
        }
        // MySQL has no such limit for what writes.
        return $milliseconds !== null && $this->driver === 'mysql'
            && \str_contains($pdo->getAttribute(\PDO::ATTR_SERVER_VERSION), 'MariaDB')
            ? 'SET STATEMENT max_statement_time = ' . $milliseconds / 1000 . ' FOR '
            : '';
    }

    /**
     * Runs the inbox's own code on the connection, with the attributes that it needs.
     *
     * @template T
     *
     * @param \Closure(\PDO, \Closure): T $work gets the connection, and a function that runs the
     *     caller's code with the caller's attributes and returns its exception
     *
     * @return T
     */
    private function run(\Closure $work): mixed
    {
        try {
            $pdo = $this->pdo ??= ($this->connection)();
        } catch (\PDOException $exception) {
            throw new InboxException(Code::Unavailable, "the database can't be reached, the previous exception says why", $exception);
        }
        $isInTransaction = $pdo->inTransaction();
        $attributes = [];
        foreach (self::ATTRIBUTES as $attribute => $value) {
            $attributes[$attribute] = $pdo->getAttribute($attribute);
            $pdo->setAttribute($attribute, $value);
        }
        $set = static function (array $attributes) use ($pdo): void {
            foreach ($attributes as $attribute => $value) {
                $pdo->setAttribute($attribute, $value);
            }
        };
        $restore = static function (\Closure $code) use ($set, $attributes): ?\Throwable {
            $set($attributes);
            try {
                $code();
                return null;
            } catch (\Throwable $error) {
                return $error;
            } finally {
                $set(self::ATTRIBUTES);
            }
        };
        try {
            $this->prepare($pdo);
            return $work($pdo, $restore);
        } catch (\PDOException $exception) {
            // Another connection the next time. SQLite has none that can be lost.
            if ($this->connects() && $this->driver !== 'sqlite') {
                $this->pdo = null;
                $this->isReady = false;
            }
            throw $this->translate($exception);
        } finally {
            // Without autocommit, even a read begins a transaction of MariaDB.
            if (!$isInTransaction) {
                $this->rollBack($pdo);
            }
            $set($attributes);
        }
    }

    /** Prepares a connection before its first use. */
    private function prepare(\PDO $pdo): void
    {
        if ($this->isReady) {
            return;
        }
        $this->driver = $pdo->getAttribute(\PDO::ATTR_DRIVER_NAME);
        if (!isset(self::DIALECTS[$this->driver])) {
            throw InboxException::invalidArgument("PDO's driver $this->driver isn't one of " . \implode(', ', \array_keys(self::DIALECTS)));
        }
        if ($this->driver === 'sqlite') {
            // They can't be changed in a transaction, in which there are only reads.
            if ($pdo->inTransaction()) {
                return;
            }
            $pdo->exec('PRAGMA busy_timeout = ' . self::BUSY_TIMEOUT);
            $this->journal($pdo);
            $pdo->exec('PRAGMA synchronous = FULL');
        } else {
            $query = $this->driver === 'pgsql' ? 'SELECT pg_client_encoding(), 1' : 'SELECT @@character_set_client, @@autocommit';
            [$encoding, $isAutocommit] = $pdo->query($query)->fetchAll(\PDO::FETCH_NUM)[0];
            $this->isAutocommit = (bool) $isAutocommit;
            if (!\in_array($encoding, ['UTF8', 'utf8mb4'], true)) {
                throw InboxException::invalidArgument(
                    "the connection's encoding is $encoding: "
                    . ($this->driver === 'pgsql' ? 'SET client_encoding TO UTF8' : 'add charset=utf8mb4 to the DSN')
                );
            }
        }
        $this->isReady = true;
    }

    /** Sets SQLite's journal mode. While another process does that too, SQLite doesn't wait by itself. */
    private function journal(\PDO $pdo): void
    {
        $get = static fn (string $pragma): string => $pdo->query("PRAGMA $pragma")->fetchAll(\PDO::FETCH_NUM)[0][0];
        $end = \hrtime(true) + self::BUSY_TIMEOUT * 1e6;
        while ($get('journal_mode') !== 'wal') {
            try {
                $get('journal_mode = WAL');
                return;
            } catch (\PDOException $exception) {
                // 5 is SQLITE_BUSY, and 6 SQLITE_LOCKED.
                if (!\array_intersect(self::errors($exception), [5, 6]) || \hrtime(true) > $end) {
                    throw $exception;
                }
                \usleep(10_000);
            }
        }
    }

    private function version(?int $now): int
    {
        return (int) ($this->rows('version', [], $now)[0][0] ?? 0);
    }

    /**
     * Inserts a row. Returns false if it is there.
     *
     * @param array<string, string|int|null> $parameters
     */
    private function isNew(string $name, array $parameters, ?int $now, string $start = ''): bool
    {
        try {
            return $this->execute($name, $parameters, $now, $start)->rowCount() === 1;
        } catch (\PDOException $exception) {
            if ($this->driver === 'mysql' && \in_array(1062, self::errors($exception), true)) {
                return false;
            }
            throw $exception;
        }
    }

    /**
     * Runs a statement that changes an item that is held. Returns false if it isn't.
     *
     * @param array<string, string|int|null> $parameters
     */
    private function changes(string $name, array $parameters, ?int $now): bool
    {
        if ($this->execute($name, $parameters, $now)->rowCount() === 1) {
            return true;
        }
        // A row that has these values already isn't counted, unless MYSQL_ATTR_FOUND_ROWS is set.
        return $this->driver === 'mysql' && $name === 'extend' && $this->rows('hold', $parameters, $now) !== [];
    }

    /**
     * @param array<string, string|int|null> $parameters
     *
     * @return list<list<string|int|null>>
     */
    private function rows(string $name, array $parameters, ?int $now): array
    {
        return $this->execute($name, $parameters, $now)->fetchAll(\PDO::FETCH_NUM);
    }

    /** @param array<string, string|int|null> $parameters */
    private function execute(string $name, array $parameters, ?int $now, string $start = ''): \PDOStatement
    {
        $values = [];
        $sql = \preg_replace_callback('/:(\w+)/', static function (array $match) use (&$values, $parameters, $now): string {
            $values[] = $match[1] === 'now' ? $now : $parameters[$match[1]];
            return '?';
        }, $this->statement($name));
        // The caller's class of statements could be any.
        $options = [\PDO::ATTR_STATEMENT_CLASS => [\PDOStatement::class]];
        if ($this->driver === 'pgsql') {
            // One message to the server instead of two.
            $options[\PDO::PGSQL_ATTR_DISABLE_PREPARES] = true;
        }
        $statement = $this->pdo->prepare($start . $sql, $options);
        foreach ($values as $index => $value) {
            $statement->bindValue($index + 1, $value, match (true) {
                $value === null => \PDO::PARAM_NULL,
                \is_int($value) => \PDO::PARAM_INT,
                default => \PDO::PARAM_STR,
            });
        }
        $statement->execute();
        return $statement;
    }

    /** Returns the text of a statement, with those that it names in it. */
    private function statement(string $name): string
    {
        $texts = self::$statements[$this->driver] ??= self::split(Texts::STATEMENTS . "\n" . self::DIALECTS[$this->driver]);
        return \preg_replace_callback('/\{(\w+)\}/', fn (array $match): string => $this->statement($match[1]), $texts[$name]);
    }

    /** @return array<string, string> */
    private static function split(string $text): array
    {
        $parts = \preg_split('/^-- name: (\w+)$/m', $text, flags: \PREG_SPLIT_DELIM_CAPTURE);
        $statements = [];
        for ($i = 1; $i < \count($parts); $i += 2) {
            $statements[$parts[$i]] = \trim(self::withoutComments($parts[$i + 1]));
        }
        return $statements;
    }

    private static function withoutComments(string $text): string
    {
        return \preg_replace('/^\s*--.*\n?/m', '', $text);
    }

    private function translate(\PDOException $exception): InboxException
    {
        if (self::isOutdated($exception)) {
            return new InboxException(
                Code::OutdatedSchema,
                'the tables of the inbox are missing or older than this version: call migrate()',
                $exception
            );
        }
        [$state, $number] = self::errors($exception);
        $isNested = $this->driver === 'sqlite' && \str_contains($exception->getMessage(), 'a transaction within a transaction');
        return $isNested
            ? InboxException::invalidArgument('the connection is in a transaction: what the inbox does would not be durable', $exception)
            : new InboxException(
                Code::Unavailable,
                "the database didn't do it (SQLSTATE $state, error $number), the previous exception says why",
                $exception
            );
    }

    private static function isOutdated(\PDOException $exception): bool
    {
        return \array_intersect(self::errors($exception), self::OUTDATED) !== []
            || \preg_match('/ no such (table|column): | has no column named /', $exception->getMessage()) === 1;
    }

    /** @return array{string, int} the SQLSTATE, and the driver's number */
    private static function errors(\PDOException $exception): array
    {
        return [(string) ($exception->errorInfo[0] ?? $exception->getCode()), (int) ($exception->errorInfo[1] ?? 0)];
    }
}
