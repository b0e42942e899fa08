import { nextHead } from '@parley/client'
import { type Bytes32, ChangeMembersType, changeDigest, hash64, messageDigest, sameBytes } from '@parley/protocol/light'
import { bytesToHex, type Hex, hexToBytes } from 'viem'
import type { StatedEntry, Statement } from '../forms/statements.ts'

const zeros = new Uint8Array(32)

/** Whether the invites of a page lead from the head before them to the head of the inbox, as far as they reach. */
export function isInboxPage({ body }: Statement<'inbox'>): boolean {
  const { from, headBefore, invites, count, head } = body
  if (from >= count) return invites.length === 0 && (from > count || from === 0n || sameBytes(headBefore, head))
  if (invites.length === 0 || from + BigInt(invites.length) > count) return false
  if (from === 0n && !sameBytes(headBefore, zeros)) return false
  let at: Hex = bytesToHex(headBefore)
  invites.forEach(({ contentDigest }, i) => {
    at = nextHead(at, from + BigInt(i), bytesToHex(contentDigest))
  })
  return from + BigInt(invites.length) < count || sameBytes(hexToBytes(at), head)
}

/** Head of a record after one entry more; undefined for bytes that are no change. */
export function nextRecordHead(chainId: bigint, id: Bytes32, head: Bytes32, entry: StatedEntry): Bytes32 | undefined {
  if (entry.change.length === 0) return hash64(head, messageDigest(chainId, id, entry.slot, entry.nonce, entry.content))
  try {
    return hash64(head, changeDigest(chainId, id, ChangeMembersType.deserialize(entry.change)))
  } catch {
    // Not a change at all: whoever signed it cannot have it from a record.
    return undefined
  }
}

/** Whether the entries of a page lead from the head before them to the head of the record, as far as they reach. */
export function isRecordPage({ chainId, body }: Statement<'record'>): boolean {
  const { id, from, headBefore, entries, messages, changes, head } = body
  const total = messages + changes
  if (from >= total) return entries.length === 0
  if (entries.length === 0 || from + BigInt(entries.length) > total) return false
  if (from === 0n && !sameBytes(headBefore, id)) return false
  let at: Bytes32 | undefined = headBefore
  for (const entry of entries) at = at && nextRecordHead(chainId, id, at, entry)
  return at !== undefined && (from + BigInt(entries.length) < total || sameBytes(at, head))
}

/** Where pages of a record lead to: its head before each entry from the first on, and after the last. */
export interface Walked {
  readonly heads: readonly Bytes32[]
}

/**
 * Walks pages of one record that begin at its first entry and follow each other, up to so many entries. Undefined when a page does
 * not begin where the one before it ended, or holds what is no entry.
 */
export function walkRecord(chainId: bigint, pages: readonly Statement<'record'>[], upTo: bigint): Walked | undefined {
  const id = pages[0]?.body.id
  if (id === undefined) return undefined
  const heads: Bytes32[] = [id]
  for (const { body } of pages) {
    const before = heads.at(-1) as Bytes32
    if (BigInt(heads.length) > upTo) break
    if (body.from !== BigInt(heads.length - 1) || !sameBytes(body.id, id) || !sameBytes(body.headBefore, before))
      return undefined
    for (const entry of body.entries) {
      const next = nextRecordHead(chainId, id, heads.at(-1) as Bytes32, entry)
      if (next === undefined) return undefined
      heads.push(next)
      if (BigInt(heads.length) > upTo) break
    }
  }
  return { heads }
}
