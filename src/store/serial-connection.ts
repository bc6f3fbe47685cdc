import type { Connection } from "./connect.ts";
import { runStatement } from "./connect.ts";
import { isBusy } from "./store-failure.ts";

type Transaction = Awaited<ReturnType<Connection["startTransaction"]>>;
type Release = () => void;

/**
 * One connection on which a transaction has the database to itself.
 *
 * Prisma's better-sqlite3 adapter lets a statement that belongs to no transaction run inside whichever is open, so that it
 * would be acknowledged before it is committed and undone by a rollback that is not its own. Its libsql adapter opens a new
 * connection for every transaction, without the PRAGMAs, and leaks it; and after another program's lock a connection of
 * libsql commits no more. Here both keep one connection: statements queue up behind the open transaction, BEGIN, COMMIT and
 * ROLLBACK are plain statements, and a spoiled connection is renewed and configured before the next use.
 */
export function serialConnection(plain: Connection, configure: (connection: Connection) => Promise<void>): Connection {
  let tail: Promise<unknown> = Promise.resolve();
  let spoiled = false;

  async function watch<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      spoiled ||= plain.renew !== undefined && isBusy(error);
      throw error;
    }
  }
  const inner: Connection = {
    provider: plain.provider,
    adapterName: plain.adapterName,
    queryRaw: (query) => watch(plain.queryRaw(query)),
    executeRaw: (query) => watch(plain.executeRaw(query)),
    executeScript: (script) => watch(plain.executeScript(script)),
    startTransaction: () => plain.startTransaction(),
    dispose: () => plain.dispose(),
  };

  function queue(): Promise<Release> {
    return new Promise((granted) => {
      tail = tail.then(() => new Promise<void>((release) => granted(release)));
    });
  }
  async function acquire(): Promise<Release> {
    const release = await queue();
    try {
      if (spoiled) {
        await plain.renew?.();
        await configure(plain);
        spoiled = false;
      }
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }
  async function alone<T>(work: () => Promise<T>): Promise<T> {
    const release = await acquire();
    try {
      return await work();
    } finally {
      release();
    }
  }

  return {
    provider: plain.provider,
    adapterName: plain.adapterName,
    queryRaw: (query) => alone(() => inner.queryRaw(query)),
    executeRaw: (query) => alone(() => inner.executeRaw(query)),
    executeScript: (script) => alone(() => inner.executeScript(script)),
    dispose: () => alone(() => plain.dispose()),
    async startTransaction() {
      const release = await acquire();
      try {
        await runStatement(inner, "BEGIN IMMEDIATE");
      } catch (error) {
        release();
        throw error;
      }
      return transactionOn(inner, release);
    },
  };
}

function transactionOn(inner: Connection, release: Release): Transaction {
  async function rollback() {
    try {
      await runStatement(inner, "ROLLBACK");
    } catch {
      // SQLite has rolled back already, as it does by itself when the disk is full.
    }
  }
  return {
    provider: inner.provider,
    adapterName: inner.adapterName,
    // The client then calls commit() and rollback() and sends no COMMIT of its own.
    options: { usePhantomQuery: true },
    queryRaw: (query) => inner.queryRaw(query),
    executeRaw: (query) => inner.executeRaw(query),
    async commit() {
      try {
        await runStatement(inner, "COMMIT");
      } catch (error) {
        await rollback();
        throw error;
      } finally {
        release();
      }
    },
    async rollback() {
      await rollback();
      release();
    },
  };
}
