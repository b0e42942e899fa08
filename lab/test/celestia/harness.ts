import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { decodeCelestiaPointer, encodeCelestiaPointer } from '@parley/da-adapters/decoders'
import type { BadAnswer, DaHarness, DaTraits } from '@parley/protocol/compliance'
import { doubleChainId } from '../../src/celestia-double/double.ts'
import type { Answer } from '../../src/celestia-double/rpc/server.ts'
import { namespace, type Stage, stageOver, startDouble } from './support.ts'

/** Sizes at the edges of shares and blobs. */
export const celestiaTraits: DaTraits = {
  remote: true,
  chain: true,
  served: true,
  provesAbsence: true,
  priced: true,
  instances: true,
  sizes: [478, 479, 960, 961, 20_000, 20_001],
}

const chain = createHash('sha256').update(doubleChainId).digest().subarray(0, 4)

const commitmentsIn = (pointer: Uint8Array): string[] =>
  decodeCelestiaPointer(pointer, { chain, maxBytes: 2 ** 24 }).blobs.map(({ commitment }) =>
    Buffer.from(commitment).toString('base64'),
  )

type Bad = (response: ServerResponse, real: Answer) => Answer | 'taken'

const ofStatus =
  (status: number): Bad =>
  () => ({ status, body: 'no JSON' })

/** With the blob's data changed. */
const served =
  (change: (data: Buffer) => Buffer): Bad =>
  (_response, { status, body }) => {
    const told = JSON.parse(String(body))
    told.result.data = change(Buffer.from(told.result.data, 'base64')).toString('base64')
    return { status, body: JSON.stringify(told) }
  }

const badly: Readonly<Record<BadAnswer, Bad>> = {
  wrong: served((data) => Buffer.alloc(data.length, 9)),
  short: served((data) => data.subarray(1)),
  long: served((data) => Buffer.concat([data, data])),
  endless: (response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, 32)));
    }
    response.writeHead(200).on('drain', more)
    more()
    return 'taken'
  },
  slow: (response) => {
    const drip = setInterval(() => response.write(' '), 50)
    response.writeHead(200).once('close', () => clearInterval(drip))
    return 'taken'
  },
  'not found': ofStatus(404),
  gone: ofStatus(410),
  busy: ofStatus(429),
  broken: ofStatus(500),
  hanging: () => 'taken',
}

export async function celestiaHarness(): Promise<DaHarness & { readonly stage: Stage; close(): Promise<void> }> {
  const token = 'token of the compliance suite'
  const double = await startDouble(token)
  const stage = stageOver(double, token)
  const notFound: Answer = {
    status: 200,
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: 1, message: 'blob: not found' } }),
  }
  return {
    stage,
    secrets: [token],
    open: () => stage.open(),
    // One transaction for each publication, whatever it takes in blobs.
    publications: async () => Number(double.account.sequence),
    unknownPointer: () => {
      const { height, dataHash } = double.chain.block(2n)!.header
      const bytes = (value: number) => new Uint8Array(32).fill(value)
      const blobs = [{ commitment: bytes(7), length: 500 }]
      return encodeCelestiaPointer({ chain, height, namespace, blobs, dataRoot: dataHash, digest: bytes(8) })
    },
    async corrupt(pointer) {
      const wanted = commitmentsIn(pointer)
      double.meddle(async ({ method, params }, answer) => {
        if (method !== 'blob.Get' || !wanted.includes(String(params[2]))) return undefined
        const { status, body } = await answer()
        const told = JSON.parse(String(body))
        const data = Buffer.from(told.result.data, 'base64')
        data[0]! ^= 1
        told.result.data = data.toString('base64')
        return { status, body: JSON.stringify(told) }
      })
    },
    async withhold(pointer) {
      const wanted = commitmentsIn(pointer)
      double.meddle(async ({ method, params }) =>
        method === 'blob.Get' && wanted.includes(String(params[2])) ? notFound : undefined,
      )
    },
    async answerBadly(pointer, how) {
      const wanted = commitmentsIn(pointer)
      double.meddle(async ({ method, params }, answer, response) => {
        if (method !== 'blob.Get' || !wanted.includes(String(params[2]))) return undefined
        return badly[how](response, await answer())
      })
    },
    // The chain's mark follows the version.
    foreign: (pointer) => pointer.map((byte, i) => (i === 1 ? byte ^ 1 : byte)),
    openImpatient: () => stage.open({ timeoutMs: 2_000 }),
    async disconnect() {
      double.meddle(async (_call, _answer, response) => {
        response.destroy()
        return 'taken'
      })
    },
    stall: async () => double.pause(),
    async heal() {
      double.meddle()
      double.resume()
    },
    close: () => double.close(),
  }
}
