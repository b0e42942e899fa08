import { type ClientError, getClaim, getFinalNumber } from '@parley/client'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { untilStatus } from './support/eventually.ts'
import { LyingNode } from './support/lying-node.ts'
import { runCommand } from './support/parley.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'

let rollup: Rollup
let honest: RunningNode
let liar: LyingNode
beforeAll(async () => {
  rollup = await Rollup.start()
  const ann = await rollup.converse(3)
  honest = await rollup.startNode()
  await rollup.startBatcher()
  await rollup.say(ann, 40)
  const { number } = await rollup.sealedRoot()
  await untilStatus(honest.part, 'finality', ({ finality }) => (finality.final.block ?? 0n) >= number)
  liar = await LyingNode.start(honest.url, rollup.config.chainId)
}, 360_000)
afterAll(async () => {
  await liar?.stop()
  await rollup?.stop()
})

/** What `parley inspect conversation` makes of a node. */
async function inspect(url: string) {
  const { code, stdout, stderr } = await runCommand(['inspect', 'conversation', '3/0'], {
    PARLEY_L2_URL: rollup.chain.url,
    PARLEY_L2_ROLLUP: bytesToHex(rollup.deployment.rollup),
    PARLEY_NODE_URL: url,
  })
  return { code, stderr, told: stdout === '' ? undefined : JSON.parse(stdout) }
}

const within = { timeout: 360_000 }

describe('a node that lies', () => {
  test('honest › a conversation under a final root is proven, complete and final', within, async () => {
    const { code, told } = await inspect(honest.url)
    expect(code).toBe(0)
    expect(told).toMatchObject({ grade: 'final on the L2', proven: true, complete: true, final: true })
    expect(told.record).toHaveLength(40)
  })

  test('inspect › a root that is not the one of the claim it names is refused', within, async () => {
    liar.lie = { namesClaim: true, pruned: false }
    expect(await inspect(liar.url)).toMatchObject({
      code: 1,
      told: undefined,
      stderr: expect.stringContaining('STATE_ROOT_MISMATCH'),
    })
  })

  test('inspect › words that nobody signed are refused though no claim is named', within, async () => {
    liar.lie = { namesClaim: false, pruned: false }
    expect(await inspect(liar.url)).toMatchObject({
      code: 1,
      told: undefined,
      stderr: expect.stringContaining('ENTRY_FORGED'),
    })
  })

  test(
    'inspect › what fits the node’s root and no other is called neither proven nor complete nor final',
    within,
    async () => {
      liar.lie = { namesClaim: false, pruned: true }
      const { code, told } = await inspect(liar.url)
      expect(code).toBe(1)
      expect(told).toMatchObject({ grade: 'fits this node’s root', proven: false, complete: false, final: false })
      expect(told.record[0].content).toBe(liar.content)
      expect(told.claim).toBeUndefined()
    },
  )

  test('client › finality is the L2’s word and not the node’s', within, async () => {
    liar.lie = { namesClaim: false, pruned: true }
    const client = rollup.nodeClient(liar.url)
    const lie = await client.completeConversation(3, 0)
    expect(lie).toMatchObject({ grade: 'node', claim: undefined })
    await expect(client.untilFinal(lie!, AbortSignal.timeout(100_000))).rejects.toMatchObject({
      fault: { code: 'PROOF_UNCLAIMED' },
    } satisfies { fault: Partial<ClientError['fault']> })
    const truth = await honest.client.completeConversation(3, 0)
    expect((await client.untilFinal(truth!, AbortSignal.timeout(100_000))).grade).toBe('final')
    // The final root by itself, as the contract and its event have it.
    const place = { rollup: bytesToHex(rollup.deployment.rollup) } as const
    const { number, l2Block, stateRoot } = truth!.claim!
    expect(await getFinalNumber(rollup.l2, place)).toBeGreaterThanOrEqual(number)
    expect(await getClaim(rollup.l2, { ...place, number, l2Block })).toMatchObject({ number, stateRoot, final: true })
    expect(stateRoot).toEqual(truth!.stateRoot)
    expect(await getClaim(rollup.l2, { ...place, number, l2Block: l2Block - 1n })).toBeUndefined()
  })
})
