/** What a handler returns whose reply is on its way. The reply itself would be waited for: it is a promise of its own end. */
export const sent = Symbol('sent')

/** How long an answer stays what it is: for ever, or until asked again. */
const cacheControl = { forever: 'public, max-age=31536000, immutable', asked: 'no-cache' } as const

/** An answer with a name, for caches and readers. It is made only for who has it not. */
export class NamedAnswer<A> {
  readonly etag: string
  readonly cacheControl: string
  readonly make: () => A | Promise<A>

  /** @param tag - Of these bytes and no others; without quotes. */
  constructor(tag: string, lasts: keyof typeof cacheControl, make: () => A | Promise<A>) {
    this.etag = `"${tag}"`
    this.cacheControl = cacheControl[lasts]
    this.make = make
  }

  /** Whether `If-None-Match` names it; weak tags count as well (RFC 9110, 13.1.2). */
  isKnownBy(known: string | undefined): boolean {
    if (known === undefined) return false
    const { etag } = this
    return known === etag || known === '*' || known.split(',').some((each) => each.trim().replace(/^W\//, '') === etag)
  }
}
