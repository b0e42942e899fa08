import { type AnyRoute, faultsOf, type Routes } from '@parley/api'
import type { Random } from '../random.ts'
import { accepted, type FuzzTarget, Garbage, refused, type Verdict } from '../target.ts'
import type { Answer, Ingress } from './ingress.ts'
import { bendJson, type Json } from './json.ts'
import { sample } from './sample.ts'

const text = new TextEncoder()
const octets = 'application/octet-stream'
const json = 'application/json'

/** Bytes of an answer where its route names no bound: what the guard keeps room for. */
const defaultAnswerBytes = 16 * 1024

/** A value of a path or a query: as its schema says, or anything. */
function parameterText(schema: Readonly<Record<string, unknown>>, random: Random): string {
  const odd = random.below(4) === 0
  return encodeURIComponent(
    odd ? Buffer.from(random.bytes(1 + random.below(8))).toString('latin1') : String(sample(schema, random)),
  )
}

function bodyOf({ body }: AnyRoute, random: Random): { readonly type: string; readonly bytes: Uint8Array } {
  const takesJson = body?.json !== undefined && random.below(2) === 0
  if (!takesJson) return { type: octets, bytes: random.bytes(random.below(300)) }
  const value = sample(body.json.schema, random)
  const line =
    typeof value === 'object' && random.below(2) === 0 ? bendJson(value as Json, random) : JSON.stringify(value)
  return { type: json, bytes: text.encode(line) }
}

/** One request as bytes: method, path and content type in a line, then the body. */
function requestOf(route: AnyRoute, random: Random): Uint8Array {
  const { method, path, params = {}, query = {} } = route
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => parameterText(params[name]?.schema ?? {}, random))
  const fields = Object.entries(query)
    .filter(() => random.below(2) === 0)
    .map(([name, { schema }]) => `${name}=${parameterText(schema, random)}`)
  if (random.below(16) === 0) fields.push('unknown=1')
  const { type, bytes } = bodyOf(route, random)
  const line = `${method} ${filled}${fields.length === 0 ? '' : `?${fields.join('&')}`} ${type}\n`
  return new Uint8Array(
    Buffer.concat([text.encode(line), method === 'GET' || method === 'HEAD' ? new Uint8Array() : bytes]),
  )
}

/** What a route promises of its answers: no code that it does not name, and no more bytes than it says. */
function judge(route: AnyRoute, { status, body }: Answer): Verdict {
  const most = route.answerBytes ?? defaultAnswerBytes
  if (body.length > most) throw new Garbage(`${route.path} answered ${body.length} bytes, at most ${most} were said`)
  if (status >= 200 && status < 300) return accepted
  if (route.method === 'HEAD') return refused(`STATUS_${status}`)
  const { code } = JSON.parse(body.toString()) as { code?: unknown }
  if (typeof code !== 'string' || code === 'INTERNAL' || !faultsOf(route).includes(code))
    throw new Garbage(`${route.method} ${route.path} answered ${status} with ${String(code)}`)
  return refused(code)
}

/** Requests that a table of routes allows, and some that it does not, against the server of the table. */
export function routesTarget(name: string, ingress: Ingress, table: Routes): FuzzTarget {
  const routes = Object.values(table)
  const matching = routes.map((route) => ({
    route,
    path: new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]*')}$`),
  }))
  return {
    name,
    weight: 3,
    corpus: routes.map(({ method, path }) => text.encode(`${method} ${path.replaceAll(/\{\w+\}/g, '1')} ${octets}\n`)),
    shape: (random) => requestOf(random.pick(routes), random),
    async run(input) {
      const bytes = Buffer.from(input)
      const end = bytes.indexOf(10)
      const [, method, path, type] =
        /^([A-Z]+) (\/[\x21-\x7e]*) ([a-z/-]+)$/.exec(bytes.toString('latin1', 0, end)) ?? []
      // Bytes that mutations left without a request in them.
      if (method === undefined || path === undefined) return refused('NO_REQUEST')
      const found = matching.find((each) => each.route.method === method && each.path.test(path.split('?')[0] ?? ''))
      if (found === undefined) return refused('NO_ROUTE')
      return judge(found.route, await ingress.send(method, path, type, bytes.subarray(end + 1)))
    },
  }
}
