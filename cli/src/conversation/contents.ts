import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { contentDigest, sameBytes, toHex } from '@parley/protocol'
import { makeDirectory } from '@parley/runtime/files'

const fileOf = (directory: string, content: Uint8Array): string => join(directory, toHex(content))

/** Keeps what a message says under its digest. */
export async function keepContents(directory: string, content: Uint8Array, contents: Uint8Array): Promise<void> {
  await makeDirectory(directory)
  await writeFile(fileOf(directory, content), contents)
}

/** What a message says, if it lies in the directory and has the digest. */
export async function contentsOf(directory: string, content: Uint8Array): Promise<string | undefined> {
  try {
    const contents = new Uint8Array(await readFile(fileOf(directory, content)))
    return sameBytes(contentDigest(contents), content) ? new TextDecoder().decode(contents) : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
