import { describe, expect, it } from 'vitest';
import { folders, progressFile } from '../../src/progress/paths.ts';

describe('folders', () => {
  it('follows the XDG variables', () => {
    const env = {
      HOME: '/home/ann',
      XDG_STATE_HOME: '/s',
      XDG_CACHE_HOME: '/c',
      XDG_CONFIG_HOME: '/f',
      XDG_RUNTIME_DIR: '/r',
    };
    expect(folders(env)).toEqual({
      state: '/s/pg-tutor',
      cache: '/c/pg-tutor',
      config: '/f/pg-tutor',
      runtime: '/r/pg-tutor',
    });
    expect(progressFile(env)).toBe('/s/pg-tutor/progress.json');
  });

  it('falls back to the places under HOME, also for relative and empty values', () => {
    const env = { HOME: '/home/ann', XDG_STATE_HOME: 'state', XDG_CACHE_HOME: '' };
    expect(folders(env)).toMatchObject({
      state: '/home/ann/.local/state/pg-tutor',
      cache: '/home/ann/.cache/pg-tutor',
      config: '/home/ann/.config/pg-tutor',
    });
    expect(folders(env).runtime).toMatch(/^\/.*pg-tutor-run-.*\/pg-tutor$/);
  });
});
