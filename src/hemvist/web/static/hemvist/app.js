// The little that HTML cannot do alone. Every page works without it.

// <form data-autosubmit>: filters take effect when they are changed; the button stays for those without scripts.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form) form.requestSubmit();
});

// <button data-open="id">: opens a <dialog>; <button data-close> closes the one it stands in.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog")?.close();
  const printer = event.target.closest("[data-print]");
  if (printer) window.print();
});

// A row of links that is wider than a phone shows the page that is open.
const here = document.querySelector('.subnav [aria-current="page"]');
if (here) here.closest(".subnav").scrollLeft = here.offsetLeft - here.closest(".subnav").offsetLeft - 16;

// A form that is being sent is not sent twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.matches("[hx-post], [data-hx-post]")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 3000);
});
