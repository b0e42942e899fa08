import { nodeFaults } from '../faults.ts'
import { statusOfCode } from './answers.ts'
import type { Route } from './routes.ts'
import { schemas } from './schemas.ts'

const uint64 = { type: 'string', pattern: '^(0|[1-9][0-9]{0,19})$' } as const
const uint32 = { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 } as const

const parameters = {
  shard: { in: 'path', description: 'Shard', schema: { type: 'integer', minimum: 0, maximum: 63 } },
  index: { in: 'path', description: 'Index within the shard', schema: uint32 },
  number: { in: 'path', description: 'Number of a block, or `latest`', schema: { type: 'string' } },
  claim: { in: 'path', description: 'Number of a claim, `latest` or `final`', schema: { type: 'string' } },
  block: { in: 'path', description: 'Block of a snapshot', schema: uint64 },
  chunk: { in: 'path', description: 'Chunk of a snapshot, from 0', schema: uint32 },
  from: { in: 'query', description: 'First entry, from 0', schema: uint64 },
  limit: { in: 'query', description: 'Entries at most', schema: { type: 'integer', minimum: 1, maximum: 1000 } },
} as const

function operationOf(route: Route): object {
  const byStatus = new Map<number, string[]>()
  for (const code of route.faults) {
    const status = statusOfCode(code)
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const content =
    route.schema === undefined
      ? { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } }
      : { 'application/json': { schema: { $ref: `#/components/schemas/${route.schema}` } } }
  return {
    summary: route.summary,
    parameters: route.parameters.map((name) => {
      const { in: where, ...rest } = parameters[name as keyof typeof parameters]
      return { name: name === 'claim' ? 'number' : name, in: where, required: where === 'path', ...rest }
    }),
    responses: {
      200: { description: route.summary, content },
      ...Object.fromEntries(
        [...byStatus].map(([status, codes]) => [
          status,
          {
            description: codes.join(', '),
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Fault' } } },
          },
        ]),
      ),
    },
  }
}

/** The OpenAPI document of the routes, made from the same table that serves them. */
export function openApiDocument(routes: readonly Route[]): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley node',
      version: '1',
      description: 'Bytes are 0x… hex, uint64 are decimal strings, smaller integers are numbers.',
    },
    paths: Object.fromEntries(
      routes.map((route) => [route.path.replaceAll(/:(\w+)/g, '{$1}'), { get: operationOf(route) }]),
    ),
    components: {
      schemas: {
        ...schemas,
        Fault: {
          type: 'object',
          required: ['code', 'message', 'blame', 'retry'],
          properties: {
            code: { type: 'string', enum: Object.keys(nodeFaults) },
            message: { type: 'string' },
            blame: { type: 'string', enum: ['sender', 'operator', 'layer', 'defect'] },
            retry: { type: 'string', enum: ['never', 'later', 'changed'] },
          },
        },
      },
    },
  }
}
