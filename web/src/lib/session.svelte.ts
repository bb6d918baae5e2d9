// SPDX-License-Identifier: Apache-2.0
import { get, send, setCsrfToken } from './api/client';
import type { Session } from './api/types';
import { locale, setLocale, type Locale } from './i18n/index.svelte';

export type Theme = 'system' | 'light' | 'dark';

class Me {
  session = $state.raw<Session | null>(null);
  theme = $state<Theme>('system');

  can(permission: string): boolean {
    return this.session?.permissions.includes(permission) ?? false;
  }

  async load(): Promise<void> {
    this.accept(await get<Session>('/session'));
  }

  /** What the person chose on another machine wins over what this browser remembers. */
  accept(session: Session): void {
    this.session = session;
    setCsrfToken(session.csrf_token);
    const { locale: chosen, theme } = session.person;
    if ((chosen === 'en' || chosen === 'ja') && chosen !== locale()) void setLocale(chosen);
    if (theme === 'light' || theme === 'dark' || theme === 'system') this.showTheme(theme);
  }

  showTheme(theme: Theme): void {
    this.theme = theme;
    if (theme === 'system') {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem('hinomi.theme');
    } else {
      document.documentElement.dataset.theme = theme;
      localStorage.setItem('hinomi.theme', theme);
    }
  }

  async choose(choice: { locale?: Locale; theme?: Theme }): Promise<void> {
    if (choice.locale) await setLocale(choice.locale);
    if (choice.theme) this.showTheme(choice.theme);
    if (this.session) await send('PUT', '/me/preferences', { locale: locale(), theme: this.theme });
  }

  async signOut(): Promise<void> {
    await send('DELETE', '/session');
    this.session = null;
  }
}

export const me = new Me();
