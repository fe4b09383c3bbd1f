/** Functions that return once a signal was sent to another session, whose statement, or which itself, then ends. */
export const endsAnother = /\bpg_(cancel|terminate)_backend\b/i;

/** Those, and others whose effect on another session comes a moment after they have returned. */
export const actsOnAnother =
  /pg_cancel_backend|pg_terminate_backend|injection_points|pg_reload_conf|pg_log_backend/i;
