import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ParleyProcess } from './support/parley.ts'

const run = promisify(execFile)
const live = fileURLToPath(new URL('../src/celestia/run.ts', import.meta.url))
const { PATH = '' } = process.env

test('live suite › says that it is skipped when no node is given', async () => {
  const { stdout } = await run(process.execPath, [live], { env: { PATH } })
  expect(stdout).toBe('skipped: CELESTIA_RPC and CELESTIA_TOKEN are not set; nothing ran against Celestia\n')
})

test('live suite › every case passes against the double’s own process', async () => {
  const token = 'a-token-of-the-live-suite'
  const double = new ParleyProcess(['celestia-double', '--block-ms', '20'], {
    PARLEY_DA_CELESTIA_TOKEN: token,
    PARLEY_LOG_FORMAT: 'json',
  })
  try {
    const [told] = await double.line(/^\{"ready".*$/)
    const { url, chainId } = (JSON.parse(told) as { ready: { url: string; chainId: string } }).ready
    expect(chainId).toBe('parley-double')
    await double.line(/this is a double of Celestia, not Celestia/)
    const { stdout } = await run(process.execPath, [live], { env: { PATH, CELESTIA_RPC: url, CELESTIA_TOKEN: token } })
    expect(stdout).toMatch(/\n0 failed\n$/)
    expect(stdout.split('\n').filter((line) => line.startsWith('passed')).length).toBeGreaterThan(20)
    expect(stdout).not.toContain(token)
  } finally {
    await double.kill()
  }
})
