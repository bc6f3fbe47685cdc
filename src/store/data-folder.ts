import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { isDiskFull } from "./store-failure.ts";
import { StoreOpenError } from "./store-open-error.ts";

/** Where everything lies. Every file below is named by an id that the server made, never by a name somebody chose. */
export interface DataFolder {
  root: string;
  database: string;
  lock: string;
  pid: string;
  /** `{dataset id}.txt` or `{dataset id}.jsonl` */
  datasets: string;
  /** `{job id}/{checkpoint id}.safetensors` */
  checkpoints: string;
  /** Files on their way in; emptied at every start. */
  temporary: string;
  /** Copies of the database from before each migration. */
  backups: string;
}

export function dataFolderAt(root: string): DataFolder {
  return {
    root,
    database: join(root, "unroll.db"),
    lock: join(root, "server.lock"),
    pid: join(root, "server.pid"),
    datasets: join(root, "datasets"),
    checkpoints: join(root, "checkpoints"),
    temporary: join(root, "temporary"),
    backups: join(root, "backups"),
  };
}

/** Makes the folder, for this user alone, and proves that it can be written. Throws StoreOpenError where this user may not. */
export async function makeDataFolder(folder: DataFolder): Promise<void> {
  const { root } = folder;
  try {
    for (const path of [root, folder.datasets, folder.checkpoints, folder.temporary, folder.backups]) {
      await mkdir(path, { recursive: true, mode: 0o700 });
    }
    const probe = join(folder.temporary, `probe-${process.pid}`);
    await (await open(probe, "w", 0o600)).close();
    await rm(probe);
  } catch (error) {
    throw isDiskFull(error) ? error : unusable(root, error as NodeJS.ErrnoException);
  }
}

const causes: Record<string, string> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "the file system is read-only",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "there is a file of that name",
};

function unusable(root: string, error: NodeJS.ErrnoException): StoreOpenError {
  const cause = causes[error.code ?? ""] ?? error.message;
  return new StoreOpenError(
    "data_folder_not_writable",
    `The data folder ${root} cannot be written: ${cause}. Set UNROLL_DATA_DIR to a folder that can.`,
    { cause: error },
  );
}
