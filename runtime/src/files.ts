import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { getSystemErrorMap } from 'node:util'

/**
 * Makes a directory and those above it that are missing. Node's own recursive `mkdir` never returns where the operating
 * system makes no directory although the one above is there, such as below /proc.
 * @param mode - Of the directories that are made.
 * @returns whether the directory was made; false when it was there.
 * @throws the system's error: `ENOENT`, `EACCES`, `ENOTDIR`, …
 */
export async function makeDirectory(path: string, mode?: number): Promise<boolean> {
  const whole = resolve(path)
  try {
    return await makeOne(whole, mode)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
  await makeDirectory(dirname(whole), mode)
  return makeOne(whole, mode)
}

async function makeOne(path: string, mode: number | undefined): Promise<boolean> {
  try {
    await mkdir(path, { mode })
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error
    return false
  }
}

const words = new Map([...getSystemErrorMap().values()])

/** What the operating system refused something for, in words and with its code: `file already exists (EEXIST)`. */
export function systemReason(error: unknown): string {
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error ? error.message : String(error)
  const known = words.get(code)
  return known === undefined ? code : `${known} (${code})`
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code
