import type { ServerResponse } from 'node:http'
import type { DaFault, DataAvailability } from '@parley/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CelestiaDouble } from '../../src/celestia-double/double.ts'
import { faultOf, patience, type Stage, sample, stage, stageOver, startDouble } from './support.ts'

const data = sample(25_000)
let own: Stage
let da: DataAvailability
/** Gives up on a request after a moment. */
let hasty: DataAvailability
let pointer: Uint8Array
let height: bigint

beforeAll(async () => {
  own = stageOver(await startDouble('token of the reader'), 'token of the reader')
  da = await own.open({ timeoutMs: 60_000 })
  hasty = await own.open({ timeoutMs: 150 })
  const receipt = await da.submit(data, {}, patience())
  pointer = receipt.pointer
  height = receipt.height
})
afterAll(async () => {
  await da.close()
  await hasty.close()
  await own.double.close()
})

type Told = { result: Record<string, unknown> } & Record<string, unknown>

/** Runs with answers to one method changed; everything is as it was afterwards. */
async function with_(method: string, change: (told: Told) => unknown, run: () => Promise<unknown>): Promise<unknown> {
  own.double.meddle(async (call, answer) => {
    if (call.method !== method) return undefined
    const { status, body } = await answer()
    const told = JSON.parse(String(body)) as Told
    return { status, body: JSON.stringify(change(told) ?? told) }
  })
  try {
    return await run()
  } finally {
    own.double.meddle()
  }
}

/** Runs with every answer to a method taken over. */
async function answering(method: string, answer: (response: ServerResponse) => void, run: () => Promise<unknown>) {
  own.double.meddle(async (call, _answer, response) => {
    if (call.method !== method) return undefined
    answer(response)
    return 'taken'
  })
  try {
    return await run()
  } finally {
    own.double.meddle()
  }
}

const retrieve = (by = da) => faultOf(by.retrieve(pointer, patience()))
const status = (by = da) =>
  by.status(pointer, patience()).catch((error: { fault?: DaFault }) => error.fault?.code ?? String(error))

const methods = ['header.GetByHeight', 'blob.Get', 'blob.GetCommitmentProof']

const bad: readonly (readonly [string, (response: ServerResponse) => void, readonly string[]])[] = [
  ['404', (response) => response.writeHead(404).end('no such place'), ['DA_UNAVAILABLE']],
  ['410', (response) => response.writeHead(410).end(), ['DA_UNAVAILABLE']],
  ['429', (response) => response.writeHead(429, { 'retry-after': '7' }).end(), ['DA_UNAVAILABLE']],
  ['500', (response) => response.writeHead(500).end('<html>broken</html>'), ['DA_UNAVAILABLE']],
  ['503', (response) => response.writeHead(503).end(), ['DA_UNAVAILABLE']],
  ['a redirect', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), ['DA_UNAVAILABLE']],
  ['a page', (response) => response.writeHead(200).end('<html>welcome</html>'), ['DA_CORRUPT']],
  ['nothing', (response) => response.writeHead(200).end(), ['DA_CORRUPT']],
  ['null', (response) => response.writeHead(200).end('{"jsonrpc":"2.0","id":1,"result":null}'), ['DA_CORRUPT']],
  ['another id', (response) => response.writeHead(200).end('{"jsonrpc":"2.0","id":2,"result":{}}'), ['DA_CORRUPT']],
  [
    'half a body',
    (response) => response.writeHead(200, { 'content-length': '900' }).write('{"jsonrpc"'),
    ['DA_UNAVAILABLE'],
  ],
  ['hanging', () => undefined, ['DA_UNAVAILABLE']],
  [
    'slow',
    (response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write(' '), 20)
      response.once('close', () => clearInterval(drip))
    },
    ['DA_UNAVAILABLE'],
  ],
  [
    'endless',
    (response) => {
      response.writeHead(200)
      const chunk = Buffer.alloc(65_536, 32)
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', more)
      more()
    },
    // Whichever bound it meets first.
    ['DA_CORRUPT', 'DA_UNAVAILABLE'],
  ],
  ['a cut', (response) => response.destroy(), ['DA_UNAVAILABLE']],
]

const withoutEnd = new Set(['half a body', 'hanging', 'slow'])

describe.each(bad)('an answer that is %s', (what, answer, codes) => {
  test.each(methods)('to %s › is a coded fault within its time', async (method) => {
    const asking = withoutEnd.has(what) ? hasty : da
    const fault = (await answering(method, answer, () => retrieve(asking))) as DaFault
    expect(codes).toContain(fault.code)
    if (what === '429') expect(fault).toMatchObject({ retryAfterMs: 7_000 })
    const told = await answering(method, answer, () => status(method === 'blob.Get' ? da : asking))
    // Status needs no blob; what it cannot tell it does not tell.
    if (method === 'blob.Get') expect(told).toBe('final')
    else expect(codes).toContain(told)
    expect(await da.retrieve(pointer, patience())).toEqual(data)
  })
})

const change = (bytes: string, at = 3): string => {
  const changed = Buffer.from(bytes, 'base64')
  changed[at % changed.length]! ^= 4
  return changed.toString('base64')
}

describe('forged answers', () => {
  const blobs: readonly (readonly [string, (blob: { data: string }) => void])[] = [
    ['one bit', (blob) => (blob.data = change(blob.data, 19_000))],
    ['a byte less', (blob) => (blob.data = Buffer.from(blob.data, 'base64').subarray(1).toString('base64'))],
    [
      'a byte more',
      (blob) => (blob.data = Buffer.concat([Buffer.from(blob.data, 'base64'), Buffer.of(0)]).toString('base64')),
    ],
    ['no data', (blob) => (blob.data = '')],
    ['not base64', (blob) => (blob.data = blob.data.replace('A', '*'))],
    ['far too much', (blob) => (blob.data = 'A'.repeat(1_000_000))],
  ]
  test.each(blobs)('a blob with %s › is DA_CORRUPT', async (what, spoil) => {
    const told = await with_(
      'blob.Get',
      ({ result }) => void spoil(result as { data: string }),
      () => retrieve(),
    )
    expect(told).toMatchObject({ code: 'DA_CORRUPT' })
    if (what === 'one bit') expect(told).toMatchObject({ reason: 'a served blob has another commitment' })
  })

  test.each(methods)('an answer to %s under another id › is none', async (method) => {
    const told = await with_(
      method,
      (each) => ({ ...each, id: 2 }),
      () => retrieve(),
    )
    expect(told).toMatchObject({ code: 'DA_CORRUPT' })
  })

  type Proof = {
    subtree_roots: string[]
    subtree_root_proofs: { start?: number; end: number; nodes: string[] }[]
    namespace_id: string
    row_proof: { row_roots: string[]; proofs: { total: string; index?: string; aunts: string[] }[]; start_row?: number }
  }
  const proofs: readonly (readonly [string, (proof: Proof) => void])[] = [
    ['subtree root', (proof) => (proof.subtree_roots[0] = change(proof.subtree_roots[0]!, 80))],
    ['subtree roots', (proof) => (proof.subtree_roots = [])],
    ['namespace', (proof) => (proof.namespace_id = change(proof.namespace_id, 27))],
    ['node', (proof) => (proof.subtree_root_proofs[0]!.nodes[0] = change(proof.subtree_root_proofs[0]!.nodes[0]!, 70))],
    ['range', (proof) => (proof.subtree_root_proofs[0]!.end -= 1)],
    ['row root', (proof) => (proof.row_proof.row_roots[0] = change(proof.row_proof.row_roots[0]!, 80))],
    ['aunt', (proof) => (proof.row_proof.proofs[0]!.aunts[0] = change(proof.row_proof.proofs[0]!.aunts[0]!))],
    ['total', (proof) => (proof.row_proof.proofs[0]!.total = '4')],
    ['row', (proof) => (proof.row_proof.start_row = 40)],
    ['count of rows', (proof) => void proof.row_proof.proofs.pop()],
  ]
  test.each(proofs)('a proof with another %s › proves nothing', async (_what, spoil) => {
    const changed = ({ result }: Told) => void spoil(result as unknown as Proof)
    expect(await with_('blob.GetCommitmentProof', changed, () => retrieve())).toMatchObject({ code: 'DA_CORRUPT' })
    expect(await with_('blob.GetCommitmentProof', changed, () => status())).toBe('DA_CORRUPT')
  })

  type Header = { header: Record<string, string>; dah: { row_roots: string[]; column_roots: string[] } }
  const headers: readonly (readonly [string, (header: Header) => void, string])[] = [
    [
      'data hash',
      ({ header }) => (header.data_hash = header.data_hash!.replace(/^./, (c) => (c === '0' ? '1' : '0'))),
      'DA_CORRUPT',
    ],
    ['axis', ({ dah }) => (dah.row_roots[0] = change(dah.row_roots[0]!, 80)), 'DA_CORRUPT'],
    ['count of axes', ({ dah }) => void dah.column_roots.pop(), 'DA_CORRUPT'],
    ['height', ({ header }) => (header.height = '2'), 'DA_CORRUPT'],
    ['chain', ({ header }) => (header.chain_id = 'celestia'), 'DA_REFUSED'],
  ]
  test.each(headers)('a header with another %s › is refused', async (_what, spoil, code) => {
    const changed = ({ result }: Told) => void spoil(result as unknown as Header)
    expect(await with_('header.GetByHeight', changed, () => retrieve())).toMatchObject({ code })
  })

  test('celestia lies › no pointer is given out on a proof that does not hold', async () => {
    const lied = await with_(
      'blob.GetCommitmentProof',
      ({ result }) => {
        const roots = result.subtree_roots as string[]
        roots[0] = change(roots[0]!, 80)
      },
      () => faultOf(da.submit(sample(777), {}, patience())),
    )
    expect(lied).toMatchObject({ code: 'DA_UNAVAILABLE' })
    const before = own.published()
    const receipt = await da.submit(sample(777), {}, patience())
    expect(own.published()).toBe(before)
    expect(await da.retrieve(receipt.pointer, patience())).toEqual(sample(777))
  })
})

describe('what is not there', () => {
  const notFound = (told: Told) => {
    return { jsonrpc: '2.0', id: told.id, error: { code: 1, message: 'blob: not found' } }
  }

  test('a node that denies a blob › is believed for itself only, and proven to lie', async () => {
    expect(await with_('blob.Get', notFound, () => retrieve())).toMatchObject({ code: 'DA_MISSING' })
  })

  test('a forged absence › proves nothing', async () => {
    own.double.meddle(async ({ method }, answer) => {
      const { status, body } = await answer()
      const told = JSON.parse(String(body))
      if (method === 'blob.Get') return { status, body: JSON.stringify(notFound(told)) }
      if (method === 'share.GetNamespaceData') return { status, body: JSON.stringify({ ...told, result: null }) }
      return undefined
    })
    expect(await retrieve()).toMatchObject({ code: 'DA_MISSING' })
    own.double.meddle()
  })

  test('a pointer to another height › is the data of no other block', async () => {
    const moved = Uint8Array.from(pointer)
    moved[12]! ^= 1
    expect(await faultOf(da.retrieve(moved, patience()))).toMatchObject({ code: 'DA_CORRUPT' })
    expect(await da.status(moved, patience())).toBe('lost')
  })

  test('every single-bit change of a pointer, of hashes one in each byte › is a fault, never other bytes', async () => {
    const codes = new Map<string, number>()
    const { pointer: small } = await da.submit(sample(400), {}, patience())
    const inHash = (byte: number) => (byte >= 43 && byte < 75) || byte >= small.length - 64
    for (let bit = 0; bit < small.length * 8; bit++) {
      if (inHash(bit >> 3) && (bit & 7) !== (bit >> 3) % 8) continue
      const changed = Uint8Array.from(small)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      const fault = await faultOf(da.retrieve(changed, patience()))
      if (typeof fault === 'string') throw new Error(`bit ${bit}: ${fault}`)
      codes.set(fault.code, (codes.get(fault.code) ?? 0) + 1)
    }
    expect([...codes.keys()].sort()).toEqual(['DA_ABSENT', 'DA_CORRUPT', 'DA_NOT_YET', 'DA_POINTER_INVALID'])
  })

  test('a height from the future › is waited for', async () => {
    const future = Uint8Array.from(pointer)
    future[9] = 1
    expect(await da.status(future, patience())).toBe('pending')
    expect(await faultOf(da.retrieve(future, patience()))).toMatchObject({
      code: 'DA_NOT_YET',
      reason: expect.stringContaining('from the future'),
    })
  })

  test('a height below the tail › is what this node keeps no more, not absence', async () => {
    const short = await stage({ keepBlocks: 20 })
    const adapter = await short.open()
    const receipt = await adapter.submit(sample(10), {}, patience())
    while (short.double.chain.tail <= receipt.height) short.double.chain.produce()
    expect(await faultOf(adapter.retrieve(receipt.pointer, patience()))).toMatchObject({
      code: 'DA_PRUNED',
      reason: expect.stringContaining('below Tail'),
    })
    expect(await faultOf(adapter.status(receipt.pointer, patience()))).toMatchObject({ code: 'DA_PRUNED' })
    await adapter.close()
  })
})

test('secrets › the token is in no fault', async () => {
  const doubleOf = (): CelestiaDouble => own.double
  expect(doubleOf().url).not.toContain(own.token)
  for (const [, answer] of bad.filter(([what]) => what !== 'endless' && !withoutEnd.has(what))) {
    const fault = await answering('blob.Get', answer, () => retrieve())
    expect(JSON.stringify(fault, (_, value) => (typeof value === 'bigint' ? `${value}` : value))).not.toContain(
      own.token,
    )
  }
  expect(height).toBeGreaterThan(0n)
})
