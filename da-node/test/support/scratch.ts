import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A directory that goes with the test. */
export async function scratch(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'da-node-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}
