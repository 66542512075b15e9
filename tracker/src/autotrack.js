// What visitors do on a page: links that lead away, files, forms, videos. Never what they type.

import { on } from './safety.js';

const FILES =
  /\.(7z|apk|avi|csv|dmg|docx?|epub|exe|gz|mov|mp[34]|msi|pdf|pkg|pptx?|rar|tgz|txt|wav|xlsx?|zip)$/i;

export const watchLinks = (put, wanted) =>
  on('click auxclick', (click) => {
    // The path reaches links inside open shadow roots; button 2 opens a menu, not a link.
    const link = click.button < 2 && click.composedPath().find((node) => node.tagName == 'A');
    if (!link || !/^http/.test(link.protocol)) return;
    // Without its query, which may hold the key to a file or an email address.
    const url = link.origin + link.pathname;
    const filename = fileName(link.pathname);
    if (wanted('downloads') && (FILES.test(filename) || link.hasAttribute('download'))) {
      put('file_download', {
        url,
        filename,
        extension: filename.split('.').slice(1).pop(),
      });
    } else if (wanted('outbound') && link.hostname != location.hostname) {
      put('outbound_click', {
        url,
        text: link.textContent.trim().slice(0, 100),
      });
    }
  });

export const watchForms = (put) =>
  on('submit', ({ target }) => {
    // Attributes: a field named "id" would stand where form.id should.
    put('form_submit', {
      form_id: target.getAttribute('id'),
      form_name: target.getAttribute('name'),
    });
  });

export const watchVideos = (put) => {
  const playing = new WeakSet();

  const about = (video) => ({
    video_id: video.id || fileName(video.currentSrc.split('?')[0]),
    provider: 'html5',
  });

  on('play', ({ target }) => {
    // Going on after a pause is no new start.
    if (target.tagName != 'VIDEO' || playing.has(target)) return;
    playing.add(target);
    put('video_play', about(target));
  });

  on('ended', ({ target }) => {
    if (!playing.delete(target)) return;
    let seconds = 0;
    for (let part = 0; part < target.played.length; part++) {
      seconds += target.played.end(part) - target.played.start(part);
    }
    put('video_complete', { ...about(target), watch_time: Math.round(seconds) });
  });
};

const fileName = (path) => path.split('/').pop();
