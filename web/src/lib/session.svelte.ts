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

  /** What the person chose elsewhere holds here too, until this browser is told otherwise. */
  accept(session: Session): void {
    this.session = session;
    setCsrfToken(session.csrf_token);
    const { locale: chosen, theme } = session.person;
    if ((chosen === 'en' || chosen === 'ja') && chosen !== locale() && !localStorage.getItem('hinomi.locale')) void setLocale(chosen);
    if ((theme === 'light' || theme === 'dark') && !localStorage.getItem('hinomi.theme')) this.showTheme(theme);
  }

  showTheme(theme: Theme): void {
    this.theme = theme;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }

  async choose(choice: { locale?: Locale; theme?: Theme }): Promise<void> {
    if (choice.locale) await setLocale(choice.locale, true);
    if (choice.theme) {
      this.showTheme(choice.theme);
      localStorage.setItem('hinomi.theme', choice.theme);
    }
    if (this.session) await send('PUT', '/me/preferences', { locale: locale(), theme: this.theme });
  }

  async signOut(): Promise<void> {
    await send('DELETE', '/session');
    this.session = null;
  }
}

export const me = new Me();
