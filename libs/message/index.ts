export { dress, type Dressing } from './dress';
export { escapeHtml } from './html-scan';
export { MessageLinks, type LinkOwner } from './links';
export { type Mail, type Mailbox } from './mail';
export {
  checkTemplate,
  compileTemplate,
  render,
  type Compiled,
  type Rendered,
  type TemplateSource,
} from './template';
export * from './tokens';
