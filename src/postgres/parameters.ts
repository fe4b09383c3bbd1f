/**
 * libpq's connection parameters and the environment variables that stand for them (manual: libpq-connect,
 * libpq-envars; the table PQconninfoOptions in fe-connect.c). `null`: there is no variable.
 */
const variables = {
  service: 'PGSERVICE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  channel_binding: 'PGCHANNELBINDING',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  dbname: 'PGDATABASE',
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  client_encoding: 'PGCLIENTENCODING',
  options: 'PGOPTIONS',
  application_name: 'PGAPPNAME',
  fallback_application_name: null,
  keepalives: null,
  keepalives_idle: null,
  keepalives_interval: null,
  keepalives_count: null,
  tcp_user_timeout: null,
  sslmode: 'PGSSLMODE',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslcompression: 'PGSSLCOMPRESSION',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslpassword: null,
  sslcertmode: 'PGSSLCERTMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcrl: 'PGSSLCRL',
  sslcrldir: 'PGSSLCRLDIR',
  sslsni: 'PGSSLSNI',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  requirepeer: 'PGREQUIREPEER',
  require_auth: 'PGREQUIREAUTH',
  gssencmode: 'PGGSSENCMODE',
  krbsrvname: 'PGKRBSRVNAME',
  gsslib: 'PGGSSLIB',
  gssdelegation: 'PGGSSDELEGATION',
  min_protocol_version: 'PGMINPROTOCOLVERSION',
  max_protocol_version: 'PGMAXPROTOCOLVERSION',
  replication: null,
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
} as const satisfies Readonly<Record<string, string | null>>;

export type Parameter = keyof typeof variables;

/** What one source says. An empty value hides those of weaker sources, and then means the default. */
export type Parameters = ReadonlyMap<Parameter, string>;

export const isParameter = (name: string): name is Parameter => Object.hasOwn(variables, name);

export const variableOf = (parameter: Parameter): string | null => variables[parameter];

export const fromEnvironment = (env: NodeJS.ProcessEnv): Parameters => {
  const found = new Map<Parameter, string>();
  for (const [parameter, variable] of Object.entries(variables)) {
    const value = variable === null ? undefined : env[variable];
    if (value && isParameter(parameter)) found.set(parameter, value);
  }
  return found;
};
