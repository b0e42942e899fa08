import type { Page, Request, Route } from 'playwright-core'

interface RecordedAnswer {
  readonly status: number
  readonly type: string
  /** In base64. */
  readonly body: string
}

/** Answers by what was asked: method, address, form and, for an L2, the call. */
export type Recording = Record<string, RecordedAnswer>

/** Names that stand in for servers, so that what is recorded names no port of a machine. */
export type StandIns = Readonly<Record<string, string>>

interface RpcCall {
  readonly id: number
}

const isRpc = (request: Request): boolean => request.postData()?.includes('"jsonrpc"') === true

/** What was asked, without what differs from one asking to the next. */
function keyOf(request: Request): string {
  const data = request.postData()
  if (data === null || !isRpc(request))
    return `${request.method()} ${request.url()} ${request.headers().accept ?? ''} ${data ?? ''}`
  const { id: _, ...call } = JSON.parse(data) as RpcCall
  return `${request.url()} ${JSON.stringify(call)}`
}

/** The answer to a call carries the call's own number. */
function numbered(request: Request, body: Buffer): Buffer {
  if (!isRpc(request)) return body
  const { id } = JSON.parse(request.postData() ?? '') as RpcCall
  return Buffer.from(JSON.stringify({ ...(JSON.parse(body.toString()) as object), id }))
}

const fulfil = (route: Route, { status, type, body }: RecordedAnswer): Promise<void> => {
  const bytes = Buffer.from(body, 'base64')
  const headers = {
    'access-control-allow-origin': '*',
    'content-type': type,
    // A head says how long the body is that it leaves out.
    ...(route.request().method() === 'HEAD' && { 'content-length': bytes.toString() }),
  }
  const sent = route.request().method() === 'HEAD' ? Buffer.alloc(0) : numbered(route.request(), bytes)
  return route.fulfill({ status, headers, body: sent })
}

/** Lets real servers answer under the names that stand in for them, and keeps what each first said. */
export async function record(page: Page, standIns: StandIns): Promise<Recording> {
  const recording: Recording = {}
  for (const [name, url] of Object.entries(standIns))
    await page.route(`${name}/**`, async (route) => {
      const request = route.request()
      const key = keyOf(request)
      if (recording[key] === undefined) {
        const data = request.postData()
        const { accept = '*/*', 'content-type': type } = request.headers()
        const response = await fetch(url + request.url().slice(name.length), {
          method: request.method(),
          headers: { accept, ...(type !== undefined && { 'content-type': type }) },
          ...(data === null ? {} : { body: data }),
        })
        const body = Buffer.from(await response.arrayBuffer())
        const length = response.headers.get('content-length') ?? '0'
        recording[key] = {
          status: response.status,
          type: response.headers.get('content-type') ?? '',
          body: (request.method() === 'HEAD' ? Buffer.from(length) : body).toString('base64'),
        }
      }
      await fulfil(route, recording[key])
    })
  return recording
}

/** Answers as it was recorded; what was not is aborted, which the page's errors tell. */
export async function replay(page: Page, recording: Recording, names: readonly string[]): Promise<void> {
  for (const name of names)
    await page.route(`${name}/**`, async (route) => {
      const found = recording[keyOf(route.request())]
      await (found === undefined ? route.abort('blockedbyclient') : fulfil(route, found))
    })
}
