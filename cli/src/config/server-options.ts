import type { GuardOptions } from '@parley/api/server'
import type { Config } from './config.ts'
import { metricsApart } from './ports.ts'

const highestPort = 65_535

/** The port that alone serves metrics; undefined for the main one, where that is any free port. */
export function metricsPortOf({ run, http }: Pick<Config, 'run' | 'http'>): number | undefined {
  if (http.metricsPort !== undefined) return http.metricsPort
  return run.port === 0 || run.port + metricsApart > highestPort ? undefined : run.port + metricsApart
}

/** What a role's server is given of its settings. */
export function serverOptions(
  config: Pick<Config, 'run' | 'http'>,
  port = config.run.port,
): Config['http'] & Pick<GuardOptions, 'metricsPort'> & { readonly host: string; readonly port: number } {
  return { ...config.http, metricsPort: metricsPortOf(config), host: config.run.host, port }
}
