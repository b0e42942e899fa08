import type { ServerResponse } from 'node:http'
import type { Chain } from './chain/chain.ts'
import type { Answer, Call, Meddling } from './rpc/server.ts'

/** What can be made to go wrong, by name, and which calls it concerns. */
const faults = {
  /** The transaction is included; the connection dies before the answer. */
  'ambiguous timeout': { method: 'blob.Submit', apply: async ({ answer, response }) => cutAfter(answer, response) },
  /** The transaction is taken, and gone from the pool. */
  dropped: {
    method: 'blob.Submit',
    apply: async ({ answer, response, chain }) => {
      void answer()
      chain.drop()
      return cut(response)
    },
  },
  'sequence mismatch': {
    method: 'blob.Submit',
    apply: async () => said('account sequence mismatch, expected 2, got 1: incorrect account sequence'),
  },
  /** A copy of the transaction is included, too, as anybody could have sent one. */
  'duplicate inclusion': {
    method: 'blob.Submit',
    apply: async ({ answer }) => {
      void answer()
      return answer()
    },
  },
  behind: {
    method: 'header.GetByHeight',
    apply: async ({ call, chain }) =>
      said(`header: given height is from the future: networkHeight: ${chain.head}, requestedHeight: ${call.params[0]}`),
  },
  pruned: {
    method: 'header.GetByHeight',
    apply: async ({ call, chain }) => said(`requested header (${call.params[0]}) is below Tail (${chain.head})`),
  },
  'forged proof': {
    method: 'blob.GetCommitmentProof',
    apply: async ({ answer }) =>
      changed(await answer(), (proof) => ({ ...proof, namespace_id: flipped(proof.namespace_id) })),
  },
  'forged data root': {
    method: 'header.GetByHeight',
    apply: async ({ answer }) =>
      changed(await answer(), ({ header, ...rest }) => ({
        ...rest,
        header: { ...(header as object), data_hash: 'F'.repeat(64) },
      })),
  },
  'wrong data': {
    method: 'blob.Get',
    apply: async ({ answer }) => changed(await answer(), (blob) => ({ ...blob, data: flipped(blob.data) })),
  },
  unavailable: { method: undefined, apply: async () => ({ status: 503, body: '' }) },
} as const satisfies Readonly<Record<string, Fault>>

export type FaultName = keyof typeof faults

export const faultNames = Object.keys(faults) as readonly FaultName[]

interface Situation {
  readonly call: Call
  readonly answer: () => Promise<Answer>
  readonly response: ServerResponse
  readonly chain: Chain
}

interface Fault {
  /** Every method when undefined. */
  readonly method: string | undefined
  readonly apply: (situation: Situation) => Promise<Answer | 'taken'>
}

/** A fault that was set, with how often it took effect. */
export interface SetFault {
  readonly name: FaultName
  /** Calls that it still spoils; undefined for all. */
  left: number | undefined
  hits: number
}

/** Spoils the calls that the fault concerns, as many as it has left. */
export function meddlingOf(fault: SetFault, chain: Chain): Meddling {
  const { method, apply }: Fault = faults[fault.name]
  return async (call, answer, response) => {
    if ((method !== undefined && call.method !== method) || fault.left === 0) return undefined
    if (fault.left !== undefined) fault.left -= 1
    fault.hits += 1
    return apply({ call, answer, response, chain })
  }
}

function cut(response: ServerResponse): 'taken' {
  response.destroy()
  return 'taken'
}

async function cutAfter(answer: () => Promise<Answer>, response: ServerResponse): Promise<'taken'> {
  await answer()
  return cut(response)
}

const said = (message: string): Answer => {
  return { status: 200, body: JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: 1, message } }) }
}

/** The result changed; an error stays what it is. */
function changed({ status, body }: Answer, change: (result: Record<string, unknown>) => unknown): Answer {
  const told = JSON.parse(String(body)) as { result?: Record<string, unknown> }
  return { status, body: JSON.stringify(told.result === undefined ? told : { ...told, result: change(told.result) }) }
}

function flipped(base64: unknown): string {
  const bytes = Buffer.from(String(base64), 'base64')
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
  return bytes.toString('base64')
}
