import type { Schema } from './codec/codec.ts'
import { statusOfCode } from './faults.ts'
import { type AnyRoute, type Forms, faultsOf, type Routes } from './route.ts'

export interface DocumentInfo {
  readonly title: string
  readonly summary: string
}

const faultSchema: Schema = {
  type: 'object',
  properties: {
    code: { type: 'string' },
    message: { type: 'string' },
    blame: { enum: ['sender', 'operator', 'layer', 'defect'] },
    retry: { enum: ['never', 'later', 'changed'] },
  },
  required: ['code', 'message', 'blame', 'retry'],
  description: 'What is wrong, with the data of its code. See docs/errors.md.',
}

function contentOf({ json, octets, text }: Forms<unknown, unknown>): Schema {
  return {
    ...(octets && {
      [octets.type ?? 'application/octet-stream']: {
        schema: { type: 'string', format: 'binary', description: octets.description },
      },
    }),
    ...(json && { 'application/json': { schema: json.schema } }),
    ...(text && { [text.type]: { schema: { type: 'string', description: text.description } } }),
  }
}

function answersOf(route: AnyRoute): Schema {
  const byStatus = new Map<number, string[]>()
  for (const code of faultsOf(route)) {
    // Refusals of the state are the only ones without a status of their own.
    const status = statusOfCode(code) ?? 422
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Fault' } } }
  const faults = [...byStatus].map(([status, codes]) => [status, { description: codes.join(', '), content }])
  const { answer, statuses = [200], summary, revalidates = false } = route
  const good =
    answer === undefined
      ? [['101', { description: 'The connection is a WebSocket from here on; see sequencer/README.md.' }]]
      : statuses.map((status) => [status, { description: summary, content: contentOf(answer) }])
  const unchanged = revalidates ? [['304', { description: 'The answer is the one that `If-None-Match` names.' }]] : []
  return Object.fromEntries([...good, ...unchanged, ...faults])
}

function parametersOf({ params = {}, query = {} }: AnyRoute): Schema[] {
  const of = (where: 'path' | 'query', table: NonNullable<AnyRoute['params']>): Schema[] =>
    Object.entries(table).map(([name, { description, schema }]) => ({
      name,
      in: where,
      required: where === 'path',
      description,
      schema,
    }))
  return [...of('path', params), ...of('query', query)]
}

/** The OpenAPI 3.1 document of a table of routes. */
export function openApiDocument({ title, summary }: DocumentInfo, routes: Routes): Schema {
  const paths: Record<string, Record<string, Schema>> = {}
  for (const route of Object.values(routes)) {
    const parameters = parametersOf(route)
    const operations = paths[route.path] ?? {}
    paths[route.path] = operations
    operations[route.method.toLowerCase()] = {
      summary: route.summary,
      ...(parameters.length > 0 && { parameters }),
      ...(route.body && { requestBody: { required: true, content: contentOf(route.body) } }),
      responses: answersOf(route),
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title,
      version: '1',
      summary,
      description: 'Bytes are 0x… hex, uint64 are decimal strings, smaller integers are numbers.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: { schemas: { Fault: faultSchema } },
  }
}
