import fastify from 'fastify'
import { type BareAnswers, keyOf } from './read-plan.ts'

const octets = 'application/octet-stream'

/**
 * The limit that reads are measured against: a bare Fastify with nothing behind it, which answers each path with the bytes
 * that a node answered.
 * @param onListening - Told the server's URL.
 */
export async function bareReads(
  { answers }: BareAnswers,
  onListening: (url: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const app = fastify()
  app.addContentTypeParser(octets, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  const byRequest = new Map(
    answers.map(({ key, body, ...rest }) => [key, { ...rest, body: Buffer.from(body, 'base64') }]),
  )
  app.route({
    method: ['GET', 'POST'],
    url: '/*',
    async handler(request, reply) {
      const answer = byRequest.get(keyOf(request.url, request.headers))
      if (answer === undefined) return reply.code(404).send()
      const { status, headers, body } = answer
      void reply.code(status).headers(headers)
      return status === 304 ? reply.send() : reply.send(body)
    },
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  onListening(url)
  try {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
      if (signal.aborted) resolve()
    })
  } finally {
    await app.close()
  }
}
