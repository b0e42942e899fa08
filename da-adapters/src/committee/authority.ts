import { fromHex, toHex } from '@parley/protocol'
import { maxPartBytes } from './chunks.ts'
import { compactBytes } from './signatures.ts'
import type { CommitteePart, StoreAuthority } from './typed-data.ts'

/** An authority with its claimer's signature, 64 bytes as members' are. */
export interface SignedAuthority extends StoreAuthority {
  readonly signature: Uint8Array
}

const hex = (bytes: number) => `0x[0-9a-f]{${2 * bytes}}`
const part = `${hex(32)}:\\d{1,8}`
const form = new RegExp(
  `^epoch=(\\d{1,10});expiresAt=(\\d{1,20});deadline=(\\d{1,20});parts=(${part}(?:,${part})?);signature=(${hex(compactBytes)})$`,
)

/** What the header `parley-request` says. @see docs/spec/da-committee.md */
export function encodeAuthority({ epoch, expiresAt, deadline, parts, signature }: SignedAuthority): string {
  const named = parts.map(({ chunkRoot, length }) => `${toHex(chunkRoot)}:${length}`).join(',')
  return `epoch=${epoch};expiresAt=${expiresAt};deadline=${deadline};parts=${named};signature=${toHex(signature)}`
}

/** Undefined for every text but what `encodeAuthority` makes of values within their bounds. */
export function decodeAuthority(text: string): SignedAuthority | undefined {
  const [, epoch, expiresAt, deadline, named = '', signature] = form.exec(text) ?? []
  if (epoch === undefined || expiresAt === undefined || deadline === undefined) return undefined
  const parts = named.split(',').map((each): CommitteePart => {
    const [root, length] = each.split(':')
    return { chunkRoot: fromHex(root) as Uint8Array, length: Number(length) }
  })
  const authority = {
    epoch: Number(epoch),
    expiresAt: BigInt(expiresAt),
    deadline: BigInt(deadline),
    parts,
    signature: fromHex(signature) as Uint8Array,
  }
  const bounded =
    authority.epoch < 2 ** 32 &&
    authority.expiresAt < 2n ** 64n &&
    authority.deadline < 2n ** 64n &&
    parts.every(({ length }) => length > 0 && length <= maxPartBytes)
  // One text for one authority: leading zeros are refused.
  return bounded && encodeAuthority(authority) === text ? authority : undefined
}
