// The cart, kept in this browser, and what the shop tells its analytics beyond what the script sees by itself.

const analytics = (...call) => window[document.documentElement.dataset.analytics]?.(...call);
const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
const dollars = (amount) => `$${amount.toFixed(2)}`;

const cart = {
  read: () => JSON.parse(localStorage.getItem('cart') || '[]'),
  write(lines) {
    localStorage.setItem('cart', JSON.stringify(lines));
    draw();
  },
  total: () => cart.read().reduce((sum, line) => sum + line.price * line.count, 0),
  add(slug, name, price) {
    const lines = cart.read();
    const line = lines.find((one) => one.slug === slug);
    if (line) line.count += 1;
    else lines.push({ slug, name, price, count: 1 });
    cart.write(lines);
  },
};

function cell(text, tag = 'td') {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function row(line) {
  const made = document.createElement('tr');
  made.append(cell(line.name, 'th'), cell(`× ${line.count}`), cell(dollars(line.price * line.count)));
  return made;
}

function draw() {
  const lines = cart.read();
  each('[data-cart-count]', (element) => {
    element.textContent = lines.reduce((sum, line) => sum + line.count, 0);
  });
  each('[data-cart-lines]', (element) => element.replaceChildren(...lines.map(row)));
  each('[data-cart-total]', (element) => {
    element.textContent = dollars(cart.total());
  });
  each('[data-cart]', (element) => {
    element.hidden = !lines.length;
  });
  each('[data-cart-empty]', (element) => {
    element.hidden = lines.length > 0;
  });
}

each('[data-add]', (button) => {
  button.addEventListener('click', () => {
    const { add: slug, name, price } = button.dataset;
    cart.add(slug, name, Number(price));
    analytics('track', 'add_to_cart', { product: name, price });
    button.textContent = 'In your cart';
    button.nextElementSibling.innerHTML = '<a href="/cart">Go to your cart</a>';
  });
});

each('#newsletter', (form) => {
  form.addEventListener('submit', () => analytics('track', 'newsletter_signup', { placement: 'footer' }));
});

if (location.pathname === '/checkout') analytics('track', 'begin_checkout', { value: cart.total().toFixed(2) });

// A reload of the thank-you page finds an empty cart, so that no order counts twice.
if (location.pathname === '/thank-you' && cart.read().length) {
  const items = cart.read().reduce((sum, line) => sum + line.count, 0);
  analytics('revenue', { amount: cart.total().toFixed(2), currency: 'USD', items });
  each('[data-order]', (element) => {
    element.textContent = `Your order comes to ${dollars(cart.total())}.`;
  });
  cart.write([]);
}

draw();
