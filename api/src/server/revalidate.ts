import type { FastifyReply, FastifyRequest } from 'fastify'

/** What a handler returns whose reply is on its way. The reply itself would be waited for: it is a promise of its own end. */
export const sent = Symbol('sent')

/** How long an answer stays what it is: for ever, or until asked again. */
const cacheControl = { forever: 'public, max-age=31536000, immutable', asked: 'no-cache' } as const

/**
 * Names an answer by its bytes, for caches and readers.
 * @param tag - Of these bytes and no others; without quotes.
 * @returns whether the reader has it: then the reply is on its way, and the handler returns `sent`.
 */
export function revalidated(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  tag: string,
  lasts: keyof typeof cacheControl,
): boolean {
  const etag = `"${tag}"`
  void reply.headers({ etag, 'cache-control': cacheControl[lasts], vary: 'accept' })
  const known = headers['if-none-match']
  if (known === undefined || !names(known, etag)) return false
  void reply.code(304).send()
  return true
}

/** Whether `If-None-Match` names a tag; weak ones count as well (RFC 9110, 13.1.2). */
function names(known: string, etag: string): boolean {
  return known === etag || known === '*' || known.split(',').some((each) => each.trim().replace(/^W\//, '') === etag)
}
