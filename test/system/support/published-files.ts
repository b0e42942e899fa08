import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A file of a DA layer that is a directory. */
export interface PublishedFile {
  readonly path: string
  readonly bytes: Buffer
}

/** Files of a DA layer, with how to put bytes in their place. */
export async function publishedFiles(directory: string): Promise<PublishedFile[]> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(files.map(async (path) => ({ path, bytes: await readFile(path) })))
}

/** Another place on disk for bytes that were changed. */
export const rewrite = (path: string, bytes: Uint8Array): Promise<void> => writeFile(path, bytes)
