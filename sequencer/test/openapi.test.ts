import { ssz } from '@parley/api'
import { SignedOperationType } from '@parley/protocol'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endAll, eventually, getJson, type Harness, postOperation, startSequencer } from './support/harness.ts'
import { deposit, Talk } from './support/world.ts'

interface Content {
  readonly content?: Record<string, { schema: object }>
}
interface Operation {
  readonly requestBody?: Content
  readonly responses: Record<string, Content>
}
interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: object
}

const json = 'application/json'
let harness: Harness
let document: Document
let talk: Talk

beforeAll(async () => {
  harness = await startSequencer({ lanes: 1, virtual: { blockEveryOffers: 2, blockTimeMs: 250, inboxItemsFirst: 1 } })
  harness.l2.enqueue(deposit(3))
  talk = new Talk(3, 0)
  await postOperation(harness.url, talk.create)
  document = await getJson<Document>(harness.url, '/openapi.json')
})
afterAll(endAll)

/** Whether a value is as the schema says, against the document's components. */
function problems(schema: object, value: unknown): unknown {
  const ajv = new Ajv2020({ allErrors: true, strict: false })
  const valid = ajv.validate({ ...schema, components: document.components }, value)
  return valid ? undefined : ajv.errors
}

const schemaOf = (path: string, method: string, status: string): object =>
  document.paths[path]![method]!.responses[status]!.content![json]!.schema

test('openapi › the document in docs/api is the one that is served', async () => {
  expect(document.openapi).toBe('3.1.0')
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../docs/api/sequencer.json')
})

test('openapi › every route of the document is there', async () => {
  for (const [path, operations] of Object.entries(document.paths))
    for (const method of Object.keys(operations)) {
      const url = harness.url + path.replaceAll(/\{\w+\}/g, '3')
      const leaving = new AbortController()
      const response = await fetch(url, { method: method.toUpperCase(), signal: leaving.signal })
      // An event stream has no end of its own.
      const text = response.headers.get('content-type') === 'text/event-stream' ? '' : await response.text()
      leaving.abort()
      expect(text, `${method} ${path}`).not.toContain('"code":"ROUTE_UNKNOWN"')
    }
})

describe('openapi › answers are as the document says', () => {
  test.each([
    ['/v1/conversations/{shard}/{index}', '/v1/conversations/3/0'],
    ['/v1/accounts/{shard}/{index}', '/v1/accounts/3/0'],
    ['/v1/blocks/{number}', '/v1/blocks/1'],
    ['/v1/status', '/v1/status'],
    ['/v1/prices', '/v1/prices'],
    ['/v1/dev/shard-roots', '/v1/dev/shard-roots'],
    ['/healthz', '/healthz'],
    ['/readyz', '/readyz'],
  ])('GET %s', async (path, url) => {
    await eventually('first block', async () => (await fetch(`${harness.url}/v1/blocks/1`)).ok || undefined)
    const response = await fetch(harness.url + url)
    expect(response.status).toBe(200)
    const answer: unknown = await response.json()
    expect(problems(schemaOf(path, 'get', '200'), answer)).toBeUndefined()
    expect(problems(schemaOf(path, 'get', '200'), { ...(answer as object), surprise: 1 })).toBeDefined()
  })

  test('POST /v1/operations and its refusal', async () => {
    const operation = ssz(SignedOperationType).encode(new Talk(3, 1).create)
    const body = document.paths['/v1/operations']!.post!.requestBody!.content![json]!.schema
    expect(problems(body, operation)).toBeUndefined()
    expect(problems(body, { ...(operation as object), more: 1 })).toBeDefined()
    for (const status of [200, 422]) {
      const response = await fetch(`${harness.url}/v1/operations`, {
        method: 'POST',
        headers: { 'content-type': json },
        body: JSON.stringify(operation),
      })
      expect(response.status).toBe(status)
      expect(problems(schemaOf('/v1/operations', 'post', String(status)), await response.json())).toBeUndefined()
    }
  })

  test('POST /v1/messages, accepted and refused', async () => {
    const messages = [talk.say('a'), talk.signed('b', 0, 99n)].map((message) => ({
      ...message,
      nonce: String(message.nonce),
      content: `0x${Buffer.from(message.content).toString('hex')}`,
      signature: `0x${Buffer.from(message.signature).toString('hex')}`,
    }))
    expect(
      problems(document.paths['/v1/messages']!.post!.requestBody!.content![json]!.schema, messages),
    ).toBeUndefined()
    const response = await fetch(`${harness.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': json },
      body: JSON.stringify(messages),
    })
    const answer: unknown = await response.json()
    expect(answer).toMatchObject([{ accepted: true }, { accepted: false }])
    expect(problems(schemaOf('/v1/messages', 'post', '200'), answer)).toBeUndefined()
  })
})
