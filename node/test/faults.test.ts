import { codecLimits, DaError, DaLayer, runsRoot } from '@parley/protocol'
import type { BuiltBlock } from '@parley/protocol/reference'
import { describe, expect, test } from 'vitest'
import type { PartArchive } from '../src/index.ts'
import { claimed, hashed, keyOf, type SpoilableDa } from './support/l2.ts'
import { lying } from './support/lying.ts'
import { Rig, type Running, until } from './support/rig.ts'
import { startsNodes } from './support/started.ts'

const started = startsNodes()

const faultOf = async (one: Running): Promise<Record<string, unknown> | undefined> => (await one.node.status()).fault

describe('node', () => {
  test('data › a batch that is missing is waited for by name, and derived when it appears', async () => {
    const rig = new Rig()
    rig.prepare()
    const pointer = keyOf(rig.claims[1]?.claim.core.pointer as Uint8Array)
    rig.core.lost.add(pointer)
    const one = await started(rig)
    await one.state('waiting')
    expect(await faultOf(one)).toMatchObject({
      code: 'DATA_UNAVAILABLE',
      claim: '2',
      part: 'core',
      source: 'core',
      fault: { code: 'DA_MISSING' },
    })
    expect(await one.get('/healthz')).toMatchObject({ status: 200, body: { healthy: true } })
    expect((await one.node.status()).finality.verified.claim).toBe(1n)
    expect((await one.get('/v1/claims/2')).body.state).toBe('waiting')
    const asked = rig.core.retrievals
    await until('it is asked again', () => rig.core.retrievals > asked + 3)
    rig.core.lost.clear()
    await one.verified(2n)
    expect(await faultOf(one)).toBeUndefined()
  })

  const spoilt: [part: 'core' | 'witness', place: string, bit: (length: number) => number, codes: string[]][] = [
    ['core', 'first byte', () => 0, ['DATA_UNDECODABLE']],
    ['core', 'middle', (length) => length >> 1, ['DATA_MISMATCH', 'DATA_UNDECODABLE']],
    ['core', 'last byte', (length) => length - 1, ['DATA_MISMATCH']],
    ['witness', 'first byte', () => 0, ['DATA_UNDECODABLE']],
    ['witness', 'last byte', (length) => length - 1, ['DATA_MISMATCH']],
  ]
  test.each(spoilt)('data › a flipped bit in the %s (%s) counts as absent', async (part, _place, bit, codes) => {
    const rig = new Rig()
    rig.prepare()
    const layer: SpoilableDa = rig[part]
    layer.spoil = (bytes) => bytes.map((byte, i) => (i === bit(bytes.length) ? byte ^ 4 : byte))
    const one = await started(rig)
    await one.state('waiting')
    const fault = await faultOf(one)
    expect(codes).toContain(fault?.code)
    expect(fault).toMatchObject({ claim: '1', part, source: part })
    expect((await one.node.status()).block).toBe(0n)
    layer.spoil = (bytes) => bytes
    await one.verified(2n)
  })

  test('data › a part cut short or with bytes behind it counts as absent', async () => {
    const rig = new Rig()
    rig.prepare()
    rig.witness.spoil = (bytes) => bytes.subarray(0, bytes.length - 1)
    const one = await started(rig)
    await until('the cut', async () => JSON.stringify(await faultOf(one))?.includes('CODEC_TRUNCATED') ?? false)
    rig.witness.spoil = (bytes) => Uint8Array.from([...bytes, 0])
    await until('the tail', async () => JSON.stringify(await faultOf(one))?.includes('CODEC_TRAILING') ?? false)
    rig.witness.spoil = (bytes) => bytes
    await one.verified(2n)
  })

  test.each(['core', 'witness'] as const)(
    'data › a %s above the codec’s bound is not kept to be judged later',
    async (part) => {
      const rig = new Rig()
      rig.prepare()
      const layer: SpoilableDa = rig[part]
      layer.spoil = (bytes) => {
        const long = new Uint8Array(codecLimits.maxPartBytes + 1)
        long.set(bytes)
        return long
      }
      const one = await started(rig)
      await one.state('waiting')
      expect(await faultOf(one)).toMatchObject({
        code: 'DATA_UNDECODABLE',
        part,
        fault: { code: 'CODEC_BOUND', part, field: 'part', maximum: codecLimits.maxPartBytes },
      })
      layer.spoil = (bytes) => bytes
      await one.verified(2n)
    },
  )

  const strange: [layer: number, name: string, cure: string][] = [
    [DaLayer.ethereumBlobs, 'ethereum-blobs', '--l1'],
    [7, 'layer 7', 'version'],
  ]
  test.each(strange)(
    'data › a claim on layer %i, which this node was not given, is waited for by name and cure',
    async (layer, name, cure) => {
      const rig = new Rig()
      rig.prepare()
      const [first] = rig.claims
      if (first === undefined) throw new TypeError('no claim')
      rig.l2.reorganise(2, [claimed(hashed({ ...first.claim, witness: { ...first.claim.witness, layer } }))])
      const one = await started(rig)
      await one.state('waiting')
      expect(await faultOf(one)).toMatchObject({
        code: 'DA_LAYER_UNKNOWN',
        layer: name,
        part: 'witness',
        cure: expect.stringContaining(cure),
      })
      // Obstacle 9: only the operator can mend this, so the node is not ready and says why.
      expect(await one.get('/readyz')).toMatchObject({
        status: 503,
        body: { code: 'NOT_READY', because: expect.stringContaining('DA_LAYER_UNKNOWN') },
      })
    },
  )

  test('unknown layer waits', async () => {
    const rig = new Rig()
    rig.prepare()
    const { claim } = rig.claims[1]!
    const strange = hashed({ ...claim, core: { ...claim.core, layer: 7 } })
    rig.claims[1] = strange
    rig.l2.reorganise(1, [claimed(strange)])
    rig.claim(rig.chain.build(rig.chain.say(3, 1)))
    let asked = 0
    let has = false
    const archive: PartArchive = {
      name: 'archive',
      async retrieve(root) {
        asked += 1
        if (has && keyOf(root) === keyOf(claim.coreRoot)) return rig.core.held.get(keyOf(claim.core.pointer))!
        throw new DaError({ code: 'DA_MISSING', layer: 'archive', pointer: root })
      },
    }
    rig.archives = [archive]
    const one = await started(rig)
    await one.state('waiting')
    expect(await faultOf(one)).toMatchObject({ code: 'DA_LAYER_UNKNOWN', claim: '2', part: 'core', layer: 'layer 7' })
    // It asks who may have it again and again, and skips nothing: the claim behind is there and is not derived.
    const before = asked
    await until('the archive is asked again', () => asked > before + 3)
    expect((await one.node.status()).finality).toMatchObject({ verified: { claim: 1n }, claimed: { claim: 3n } })
    expect(await one.get('/healthz')).toMatchObject({ status: 200 })
    has = true
    await one.verified(3n)
    expect(await faultOf(one)).toBeUndefined()
  })

  test('wrong › a wrong stateRoot halts loudly, the last good state is served, a right claim in its place heals', async () => {
    const rig = new Rig()
    rig.prepare()
    const one = await started(rig)
    await one.verified(2n)
    const good = rig.chain.fork()
    const block = rig.chain.build(rig.chain.say(3, 1))
    rig.claim(lying(block))
    await one.state('wrong')
    expect(await faultOf(one)).toMatchObject({
      code: 'CLAIM_BLOCK_WRONG',
      claim: '3',
      fault: { code: 'STATE_ROOT', block: '5' },
    })
    expect(await one.get('/healthz')).toMatchObject({ status: 503, body: { code: 'NOT_READY' } })
    const status = await one.node.status()
    expect(status.rootsCompared - status.rootsEqual).toBe(1n)
    const { body } = await one.get('/v1/conversations/3/0')
    expect(body).toMatchObject({ block: '4', stateRoot: `0x${keyOf(good.parent.stateRoot)}` })
    expect((await one.get('/v1/claims/3')).body.state).toBe('wrong')
    rig.claims.pop()
    const lineage = new Uint8Array(32).fill(7)
    rig.l2.mine({ kind: 'removal', standing: 2n, lineage })
    await one.state('following')
    expect(await one.get('/healthz')).toMatchObject({ status: 200 })
    good.lineage = lineage
    rig.claim(good.build(good.say(3, 1)))
    await one.verified(3n)
    expect((await one.node.status()).stateRoot).toEqual(good.parent.stateRoot)
  })

  test('wrong › an L2 reorganisation that replaces the claim heals it too', async () => {
    const rig = new Rig()
    rig.prepare()
    const block = rig.chain.build(rig.chain.say(3, 1))
    rig.claim(lying(block))
    const one = await started(rig)
    await one.state('wrong')
    rig.claims.pop()
    rig.l2.reorganise(1, [claimed(rig.publish(block))])
    await one.verified(3n)
  })

  type Spoil = (built: BuiltBlock) => BuiltBlock
  const onFirstRun =
    (change: (run: BuiltBlock['block']['runs'][number]) => BuiltBlock['block']['runs'][number]): Spoil =>
    ({ block, ...rest }) => ({
      ...rest,
      block: { ...block, runs: block.runs.map((run, r) => (r === 0 ? change(run) : run)) },
    })
  const withoutFirstSignature =
    (change: Parameters<typeof onFirstRun>[0]): Spoil =>
    (built) => ({
      ...onFirstRun(change)(built),
      witness: built.witness.map((run) => run.map((segment, s) => (s === 0 ? segment.slice(1) : segment))),
    })
  const wrongs: [what: string, code: string, spoil: Spoil][] = [
    [
      'a postRoot in the middle of a run',
      'POST_ROOT',
      onFirstRun((run) => ({
        ...run,
        segments: run.segments.map((segment, s) =>
          s === 0
            ? { ...segment, postRoot: segment.postRoot.map((byte) => byte ^ 1) }
            : { ...segment, preRoot: segment.preRoot.map((byte) => byte ^ 1) },
        ),
      })),
    ],
    [
      'a signature that does not hold',
      'SEGMENT_INVALID',
      ({ witness, ...rest }) => ({
        ...rest,
        witness: witness.map((run) =>
          run.map((segment) => segment.map((signature) => signature.map((byte) => byte ^ 1))),
        ),
      }),
    ],
    [
      'a timestamp too close to the last',
      'TIMESTAMP_STEP',
      ({ block, ...rest }) => ({
        ...rest,
        block: { ...block, header: { ...block.header, timestamp: block.header.timestamp - 400n } },
      }),
    ],
    [
      'a message segment that is not full before another',
      'FULLNESS',
      withoutFirstSignature((run) => ({
        ...run,
        segments: run.segments.map((segment, s) =>
          s === 0 && segment.body.selector === 0
            ? { ...segment, body: { selector: 0, value: segment.body.value.slice(1) } }
            : segment,
        ),
      })),
    ],
  ]
  test.each(wrongs)('wrong › %s is named: %s', async (_what, code, spoil) => {
    const rig = new Rig()
    rig.prepare()
    rig.claim(derived(spoil(rig.chain.build(rig.chain.say(3, 33)))))
    const one = await started(rig)
    await one.state('wrong')
    expect(await faultOf(one)).toMatchObject({ code: 'CLAIM_BLOCK_WRONG', fault: { code, block: '5' } })
    expect((await one.node.status()).block).toBe(4n)
  })

  test('wrong › a claim that names another last header than its batch has', async () => {
    const rig = new Rig()
    rig.prepare()
    const claim = rig.publish(rig.chain.build(rig.chain.say(3, 1)))
    const timestamp = claim.claim.lastHeader.timestamp + 1n
    rig.l2.mine(claimed(hashed({ ...claim.claim, lastHeader: { ...claim.claim.lastHeader, timestamp } })))
    const one = await started(rig)
    await one.state('wrong')
    expect(await faultOf(one)).toMatchObject({
      code: 'CLAIM_LAST_HEADER',
      field: 'timestamp',
      received: `${timestamp}`,
    })
  })

  test('wrong › after a restart the same difference is found again', async () => {
    const rig = new Rig()
    rig.prepare()
    rig.claim(lying(rig.chain.build(rig.chain.say(3, 1))))
    const first = await started(rig)
    await first.state('wrong')
    await first.stop()
    const second = await started(rig)
    await second.state('wrong')
    expect(await faultOf(second)).toMatchObject({ code: 'CLAIM_BLOCK_WRONG' })
    expect((await second.get('/v1/conversations/3/0')).body).toMatchObject({ block: '4' })
  })
})

/** The block with what follows from its parts put in anew, so that only the planted difference is wrong. */
function derived({ block, ...rest }: BuiltBlock): BuiltBlock {
  const runs = block.runs.map((run) => ({ ...run, postRoot: run.segments.at(-1)?.postRoot ?? run.postRoot }))
  return { ...rest, block: { header: { ...block.header, runsRoot: runsRoot(runs) }, runs } }
}
