import { drainSeconds, metricsApart, p2pPort, type RoleDescription, roleUser } from '@parley/infra/roles'
import { stringify } from 'yaml'
import { configPath, dataPath, healthPortOf, keysPath, variablesOf } from './places.ts'

/** Objects of a role: a service and a set of one pod. Its configuration and its keys are made by hand. */
export function objectsOf(name: string, role: RoleDescription): string {
  const full = `parley-${name}`
  const labels = { 'app.kubernetes.io/name': full, 'app.kubernetes.io/part-of': 'parley' }
  const ports = [
    { name: 'http', port: role.port },
    { name: 'metrics', port: role.port + metricsApart },
    ...(role.gossips === true ? [{ name: 'p2p', port: p2pPort }] : []),
  ]
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: full, labels },
    spec: { selector: labels, ports: ports.map((each) => ({ ...each, targetPort: each.name })) },
  }
  const probe = (path: string) => ({
    httpGet: { path, port: healthPortOf(role) },
    periodSeconds: 10,
    timeoutSeconds: 5,
  })
  const hasSecrets = role.secrets.length > 0
  const container = {
    name,
    image: 'parley:local',
    args: [name, '--config', `${configPath}/${name}.toml`, '--data', `${dataPath}/${name}`, '--host', '0.0.0.0'],
    env: Object.entries(variablesOf(role, { keys: keysPath, data: dataPath })).map(([variable, value]) => ({
      name: variable,
      value,
    })),
    ports: ports.map((each) => ({ name: each.name, containerPort: each.port })),
    readinessProbe: { ...probe('/readyz'), failureThreshold: 2 },
    livenessProbe: { ...probe('/healthz'), failureThreshold: 6 },
    resources: {
      limits: { memory: `${role.memoryMib}Mi` },
      requests: { memory: `${role.memoryMib / 2}Mi`, cpu: '250m' },
    },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: [
      { name: 'data', mountPath: dataPath },
      { name: 'config', mountPath: `${configPath}/${name}.toml`, subPath: `${name}.toml`, readOnly: true },
      ...(hasSecrets ? [{ name: 'keys', mountPath: keysPath, readOnly: true }] : []),
      { name: 'tmp', mountPath: '/tmp' },
    ],
  }
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: full, labels },
    spec: {
      serviceName: full,
      // One process a data directory and key: a second one would be refused, or sign twice.
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          // Its variables would be taken for settings that do not exist.
          enableServiceLinks: false,
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: drainSeconds,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: roleUser.id,
            runAsGroup: roleUser.id,
            fsGroup: roleUser.id,
          },
          containers: [container],
          volumes: [
            { name: 'config', configMap: { name: full } },
            ...(hasSecrets ? [{ name: 'keys', secret: { secretName: full, defaultMode: 0o440 } }] : []),
            { name: 'tmp', emptyDir: {} },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: `${role.volumeGib}Gi` } } },
        },
      ],
    },
  }
  const text = [service, set]
    .map((each) => stringify(each, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n')
  return `# Written by \`npm run manifests\` from infra/src/roles/roles.ts.\n${text}`
}
