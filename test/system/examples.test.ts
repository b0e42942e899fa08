import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Rollup, type RunningNode } from './support/rollup.ts'

const example = (name: string): string => fileURLToPath(new URL(`../../examples/${name}.ts`, import.meta.url))

let rollup: Rollup
let node: RunningNode
beforeAll(async () => {
  rollup = await Rollup.start()
  node = await rollup.startNode()
  await rollup.startBatcher()
}, 360_000)
afterAll(() => rollup?.stop())

describe('examples', () => {
  test('say-hello › sends a message to a real stack and reads it under a root that the L2 has', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      example('say-hello-main'),
      rollup.chain.url,
      bytesToHex(rollup.deployment.rollup),
      rollup.sequencer.url,
      node.url,
      bytesToHex(rollup.roles.users[0]!.secret),
    ])
    expect(JSON.parse(stdout)).toMatchObject({ accepted: true, entries: 1, grade: expect.stringMatching(/on the L2$/) })
  })
})
