import { drainSeconds, metricsApart, p2pPort, type RoleDescription, roleEntries, roleUser } from '@parley/infra/roles'
import { stringify } from 'yaml'
import { configPath, dataPath, healthPortOf, nodePath, variablesOf } from './places.ts'

const secretName = (role: string, file: string): string => `${role}-${file.replaceAll('.', '-')}`

/** A service of the composition. Metrics are published on this host alone. */
function serviceOf(name: string, role: RoleDescription): object {
  const { port } = role
  return {
    image: 'parley:local',
    profiles: [name],
    command: [name, '--config', `${configPath}/${name}.toml`, '--data', `${dataPath}/${name}`, '--host', '0.0.0.0'],
    user: `${roleUser.id}:${roleUser.id}`,
    read_only: true,
    tmpfs: ['/tmp'],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    restart: 'unless-stopped',
    stop_signal: 'SIGTERM',
    stop_grace_period: `${drainSeconds}s`,
    mem_limit: `${role.memoryMib}m`,
    environment: variablesOf(role, { keys: '/run/secrets', data: dataPath }),
    ports: [
      `${port}:${port}`,
      `127.0.0.1:${port + metricsApart}:${port + metricsApart}`,
      ...(role.gossips === true ? [`${p2pPort}:${p2pPort}`] : []),
    ],
    volumes: [`./config/${name}.toml:${configPath}/${name}.toml:ro`, `${name}:${dataPath}`],
    secrets: role.secrets.map(({ file }) => ({
      source: secretName(name, file),
      target: file,
      uid: `${roleUser.id}`,
      gid: `${roleUser.id}`,
      mode: 0o400,
    })),
    healthcheck: {
      test: [
        'CMD',
        nodePath,
        '-e',
        `fetch('http://127.0.0.1:${healthPortOf(role)}/readyz').then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))`,
      ],
      interval: '15s',
      timeout: '5s',
      start_period: '60s',
    },
  }
}

/** The composition of all roles, each a profile of its own. */
export function composition(): string {
  const services = Object.fromEntries(roleEntries.map(([name, role]) => [name, serviceOf(name, role)]))
  const volumes = Object.fromEntries(roleEntries.map(([name]) => [name, null]))
  const secrets = Object.fromEntries(
    roleEntries.flatMap(([name, role]) =>
      role.secrets.map(({ file }) => [secretName(name, file), { file: `./keys/${file}` }]),
    ),
  )
  const text = stringify({ name: 'parley', services, volumes, secrets }, { lineWidth: 0, nullStr: '' })
  return `# Written by \`npm run manifests\` from infra/src/roles/roles.ts. docker compose --profile ROLE up\n${text}`
}
