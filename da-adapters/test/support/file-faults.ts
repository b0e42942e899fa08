import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Breaks and mends files under a directory of content-addressed data. @param nameOf - 32 bytes that name the file of a pointer. */
export function fileFaults(dir: string, nameOf: (pointer: Uint8Array) => Uint8Array) {
  const mends: Array<() => Promise<void>> = []
  const pathOf = (pointer: Uint8Array) => {
    const name = Buffer.from(nameOf(pointer)).toString('hex')
    return join(dir, name.slice(0, 2), name)
  }
  return {
    async corrupt(pointer: Uint8Array) {
      const path = pathOf(pointer)
      const right = await readFile(path)
      const wrong = Uint8Array.from(right)
      wrong[wrong.length >> 1]! ^= 1
      await writeFile(path, wrong)
      mends.push(() => writeFile(path, right))
    },
    async withhold(pointer: Uint8Array) {
      const path = pathOf(pointer)
      await rename(path, `${path}.gone`)
      mends.push(() => rename(`${path}.gone`, path))
    },
    async mend() {
      for (const mend of mends.splice(0)) await mend()
    },
  }
}

export async function countFiles(dir: string): Promise<number> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name)).length
}
