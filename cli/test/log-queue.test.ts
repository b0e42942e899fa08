import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLogQueue } from '../src/process/log-queue.ts'

let directory: string
let pipe: number
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-log-'))
  execFileSync('mkfifo', [join(directory, 'pipe')])
  // Opened for both, so that it has a reader who does not read.
  pipe = openSync(join(directory, 'pipe'), constants.O_RDWR | constants.O_NONBLOCK)
})
afterEach(() => {
  closeSync(pipe)
  rmSync(directory, { recursive: true })
})

/** What is in the pipe now. */
function read(): string {
  const chunk = Buffer.alloc(65_536)
  try {
    return chunk.toString('utf8', 0, readSync(pipe, chunk))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return ''
    throw error
  }
}

test('a log that nobody reads › holds nothing up, is bounded, and says later how much was dropped', async () => {
  const queue = createLogQueue(pipe)
  const line = `${'x'.repeat(1_023)}\n`
  for (let i = 0; i < 4_096; i += 1) queue.write(line)
  await queue.flush(10)
  let text = ''
  let done = false
  const flushed = queue.flush(60_000).then(() => {
    done = true
  })
  while (!done) {
    text += read()
    await new Promise(setImmediate)
  }
  await flushed
  text += read()
  const lines = text.trimEnd().split('\n')
  const { dropped } = JSON.parse(lines.find((each) => each.startsWith('{')) ?? '{}') as { dropped?: number }
  const written = lines.filter((each) => each.startsWith('x')).length
  expect(dropped).toBeGreaterThan(0)
  expect(written + Number(dropped)).toBe(4_096)
})
