'use strict';
{
  const get = id => document.getElementById(id);

  // Search and filters over buckets.
  const form = document.querySelector('[data-filter]');
  const rows = [...document.querySelectorAll('#bucket-table tbody tr[data-f]')].map(row => ({
    row, text: row.textContent.toLowerCase(), tier: row.cells[2].textContent, workload: row.cells[1].firstChild.textContent, flags: row.dataset.f,
  }));
  const filter = () => {
    const words = get('q').value.toLowerCase().split(/\s+/).filter(Boolean);
    const tier = get('f-tier').value, workload = get('f-workload').value, flag = get('f-what').value;
    let found = 0;
    for (const r of rows) {
      const shown = words.every(w => r.text.includes(w)) && (!tier || r.tier === tier) &&
        (!workload || r.workload === workload) && r.flags.includes(flag);
      r.row.hidden = !shown;
      if (shown) found++;
    }
    get('found').textContent = found.toLocaleString('en') + ' of ' + rows.length.toLocaleString('en');
  };
  form.hidden = false;
  form.addEventListener('submit', event => event.preventDefault());
  form.addEventListener('input', filter);
  form.addEventListener('reset', () => setTimeout(filter));
  filter();
  document.addEventListener('keydown', event => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      get('q').focus();
    }
    if (event.key === 'Escape' && form.contains(event.target)) form.reset();
  });

  // Zoom of the topology.
  const map = get('map'), tools = document.querySelector('[data-zoom]');
  if (map) {
    const [, , width, height] = map.getAttribute('viewBox').split(' ').map(Number);
    const frame = map.parentElement;
    let scale = 1;
    const zoom = to => {
      const middleX = (frame.scrollLeft + frame.clientWidth / 2) / scale, middleY = (frame.scrollTop + frame.clientHeight / 2) / scale;
      scale = Math.min(4, Math.max(0.1, to));
      map.setAttribute('width', width * scale);
      map.setAttribute('height', height * scale);
      frame.scrollTo(middleX * scale - frame.clientWidth / 2, middleY * scale - frame.clientHeight / 2);
    };
    const by = how => {
      if (how === 'fit') zoom(Math.min(frame.clientWidth / width, Math.max(frame.clientHeight, innerHeight * 0.8) / height));
      else zoom(Number(how) ? scale * Number(how) : 1);
    };
    // A picture that is a little too wide is made a little smaller.
    if (frame.clientWidth < width && frame.clientWidth > 0.75 * width) zoom(frame.clientWidth / width);
    tools.hidden = false;
    tools.addEventListener('click', event => event.target.dataset.by && by(event.target.dataset.by));
    frame.addEventListener('keydown', event => {
      const how = { '+': '1.25', '=': '1.25', '-': '0.8', '0': '0' }[event.key];
      if (!how || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      by(how);
    });
  }

  // Paper has everything.
  addEventListener('beforeprint', () => document.querySelectorAll('details').forEach(d => { d.open = true; }));
}
