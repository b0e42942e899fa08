import type { StandingClaim } from '@parley/cli/roles'
import type { SignedAttestation } from '@parley/client'
import { decodeCommitteePointer } from '@parley/da-adapters/committee'
import { DaLayer } from '@parley/protocol'
import { bytesToHex } from 'viem'
import type { Post } from './posts.ts'

/** Members that make a certificate. */
const signing = 3
/** What a pointer begins with: version and part, and then the committee's mark. */
const mark = { from: 2, to: 6 } as const

/** A certificate, as one of a batch's pointers shows it. */
export interface ShownCertificate {
  /** Chunk root of the part that the pointer is of, and its place among those that were signed. */
  readonly name: string
  readonly part: number
  readonly mask: number
  readonly epoch: number
  readonly attestation: SignedAttestation
}

/** What a pointer names, and which members signed for it. */
export function certificateOf(pointer: Uint8Array): ShownCertificate {
  const expected = { mark: pointer.slice(mark.from, mark.to), maxBytes: Number.MAX_SAFE_INTEGER }
  const { part, certificate } = decodeCommitteePointer(pointer, expected)
  const { mask, epoch, expiresAt } = certificate
  const parts = certificate.parts.map(({ chunkRoot, length }) => ({ chunkRoot: bytesToHex(chunkRoot), length }))
  const { chunkRoot } = parts[part] as (typeof parts)[number]
  return { name: chunkRoot, part, mask, epoch, attestation: { epoch, expiresAt, parts } }
}

/** Counts what a committee took: by the certificates in claims, and by what its members hold of parts that lie elsewhere. */
export class CommitteePosts {
  private readonly members: readonly string[]
  /** Parts of which enough members said that they have them; they do not forget during a drill. */
  private readonly held = new Set<string>()

  constructor(members: readonly string[]) {
    this.members = members
  }

  /** A part counts once here, however often it was attested to. @param elsewhere - Parts that lie on other layers. */
  async read(claims: readonly StandingClaim[], elsewhere: ReadonlySet<string>): Promise<readonly Post[]> {
    const posts = new Map<string, Post>()
    for (const { claim } of claims)
      for (const { layer, pointer } of [claim.core, claim.witness]) {
        if (layer !== DaLayer.committee) continue
        const { name } = certificateOf(pointer)
        posts.set(name, { part: name, layer: 'committee', place: `certificate in claim ${claim.number}` })
      }
    for (const part of elsewhere)
      if (!posts.has(part) && (await this.isHeld(part)))
        posts.set(part, { part, layer: 'committee', place: `${signing} members or more` })
    return [...posts.values()]
  }

  private async isHeld(part: string): Promise<boolean> {
    if (this.held.has(part)) return true
    const answers = await Promise.all(
      this.members.map((url) =>
        fetch(`${url}/v1/parts/${part}`, { method: 'HEAD' }).then(({ status }) => status === 200),
      ),
    )
    const enough = answers.filter(Boolean).length >= signing
    if (enough) this.held.add(part)
    return enough
  }
}
