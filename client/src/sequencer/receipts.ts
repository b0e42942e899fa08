import {
  type MessageReceipt,
  MessageReceiptType,
  messageReceiptBytes,
  type RefusalField,
  refusalField,
  refusalNumbers,
  type TransitionFault,
  transitionFaults,
} from '@parley/protocol/light'
import { ClientError } from '../faults.ts'

/** How one message or operation fared. */
export type Receipt =
  | Refusal
  | {
      readonly accepted: true
      /** Block that will carry it. */
      readonly block: bigint
      /** Place in the conversation, from 0; for a creation the conversation's index; otherwise 0. */
      readonly position: bigint
    }

export interface Refusal {
  readonly accepted: false
  readonly refusal: TransitionFault['code']
  /** What was expected instead (a nonce, an epoch), or what there is (a limit, an allowance, a balance); 0 where there is nothing to say. */
  readonly expected: bigint
}

/** A refusal as people read it: the value that it came with has the name of what it is, or is left out where it says nothing. */
export type RefusalDetails = { readonly refusal: TransitionFault['code']; readonly reason: string } & {
  readonly [field in RefusalField]?: bigint
}

export function refusalDetails({ refusal, expected }: Pick<Refusal, 'refusal' | 'expected'>): RefusalDetails {
  const field = refusalField(refusal)
  return { refusal, reason: transitionFaults[refusal].text, ...(field !== undefined && { [field]: expected }) }
}

const codes = new Map(Object.entries(refusalNumbers).map(([code, number]) => [number as number, code]))

function receiptOf({ refusal, block, value }: MessageReceipt, url: string): Receipt {
  if (refusal === 0) return { accepted: true, block, position: value }
  const code = codes.get(refusal)
  if (code === undefined) throw new ClientError({ code: 'ANSWER_INVALID', url, reason: `unknown refusal ${refusal}` })
  return { accepted: false, refusal: code as TransitionFault['code'], expected: value }
}

/** Reads `count` receipts of 17 bytes each. @throws {ClientError} `ANSWER_INVALID`. */
export function decodeReceipts(bytes: Uint8Array, count: number, url: string): Receipt[] {
  if (bytes.length !== count * messageReceiptBytes)
    throw new ClientError({
      code: 'ANSWER_INVALID',
      url,
      reason: `${bytes.length} bytes of receipts for ${count} entries`,
    })
  return Array.from({ length: count }, (_, i) =>
    receiptOf(
      MessageReceiptType.deserialize(bytes.subarray(i * messageReceiptBytes, (i + 1) * messageReceiptBytes)),
      url,
    ),
  )
}
