import type { Bytes32 } from '@parley/protocol/light'
import { messagingLimits } from '../limits.ts'

/**
 * What a message may carry instead of a digest: 32 bytes that everybody understands without any content.
 * @see docs/spec/messaging.md#controls
 */
export type Control =
  /** Entries that are void for everyone: `count` messages from `position` on. */
  | { readonly kind: 'skip'; readonly position: bigint; readonly count: number; readonly generation: number }
  /** The conversation's group is founded anew. */
  | { readonly kind: 'boot'; readonly generation: number }
  /** The slot has keys and is at a gap there: whoever has the content is to store it, an admin may skip it. */
  | { readonly kind: 'want'; readonly position: bigint; readonly generation: number }
  /** The slot asks for what it needs to join by a commit of its own. */
  | { readonly kind: 'join'; readonly generation: number }

const tagBytes = 16
const tags = { skip: 'parley/skip/1', boot: 'parley/boot/1', join: 'parley/join/1', want: 'parley/want/1' } as const

export function encodeControl(control: Control): Bytes32 {
  const bytes = new Uint8Array(32)
  bytes.set(new TextEncoder().encode(tags[control.kind]))
  const view = new DataView(bytes.buffer, tagBytes)
  if (control.kind === 'skip') {
    view.setBigUint64(0, control.position)
    view.setUint32(8, control.count)
    view.setUint32(12, control.generation)
  } else if (control.kind === 'want') {
    view.setBigUint64(0, control.position)
    view.setUint32(8, control.generation)
  } else view.setUint32(0, control.generation)
  return bytes
}

/**
 * The control in 32 bytes; undefined for a digest. Bytes that begin with a control's tag and are no control are a digest that has no
 * content: nobody can make one by hashing.
 */
export function decodeControl(bytes: Bytes32): Control | undefined {
  const kind = (Object.keys(tags) as (keyof typeof tags)[]).find((each) => hasTag(bytes, tags[each]))
  if (kind === undefined) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + tagBytes, 16)
  const isZeroFrom = (at: number): boolean => bytes.subarray(tagBytes + at).every((byte) => byte === 0)
  if (kind === 'want')
    return isZeroFrom(12) ? { kind, position: view.getBigUint64(0), generation: view.getUint32(8) } : undefined
  if (kind !== 'skip') return isZeroFrom(4) ? { kind, generation: view.getUint32(0) } : undefined
  const count = view.getUint32(8)
  if (count < 1 || count > messagingLimits.skipCount) return undefined
  return { kind, position: view.getBigUint64(0), count, generation: view.getUint32(12) }
}

function hasTag(bytes: Uint8Array, tag: string): boolean {
  for (let i = 0; i < tagBytes; i += 1) if (bytes[i] !== (i < tag.length ? tag.charCodeAt(i) : 0)) return false
  return true
}
