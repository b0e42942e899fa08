import { json, type Route } from './route.ts'

type Json = Readonly<Record<string, unknown>>

const faultSchema = {
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

const contentOf = (schemas: Readonly<Record<string, Json>>): Json =>
  Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }]))

function answersOf(route: Route): Json {
  const faults = Object.entries(route.faults).map(([status, description]) => [
    status,
    { description, content: { [json]: { schema: { $ref: '#/components/schemas/Fault' } } } },
  ])
  const good =
    route.answer === undefined
      ? ['101', { description: 'The connection is a WebSocket from here on; see sequencer/README.md.' }]
      : ['200', { description: 'Done', content: contentOf(route.answer) }]
  return Object.fromEntries([good, ...faults])
}

/** The OpenAPI 3.1 document of `routes`. */
export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    paths[route.path] ??= {}
    ;(paths[route.path] as Record<string, Json>)[route.method.toLowerCase()] = {
      summary: route.summary,
      ...(route.parameters && { parameters: route.parameters }),
      ...(route.body && { requestBody: { required: true, content: contentOf(route.body) } }),
      responses: answersOf(route),
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley sequencer',
      version: '1',
      summary: 'Takes messages and operations, and serves the blocks they are sealed into',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: { schemas: { Fault: faultSchema } },
  }
}
