import { variableOf } from '@parley/cli'
import type { Key } from '../config/settings.ts'

/** Configuration handed to a child: values by key, those without a value left out. */
export type ChildConfig = { readonly [K in Key]?: string | number | bigint | boolean | undefined }

/** All variables of a child; it listens on any free port unless told otherwise, for many stacks run on one machine. */
export function environmentOf(
  inherited: Readonly<Record<string, string>>,
  config: ChildConfig,
): Record<string, string> {
  const variables = Object.entries(config)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [variableOf(key as Key), String(value)])
  return { ...inherited, [variableOf('run.port')]: '0', ...Object.fromEntries(variables) }
}
