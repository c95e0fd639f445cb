# docker build -t lstm-shapes .
# docker run --rm -p 8501:8501 lstm-shapes          then open http://localhost:8501
#
# On Linux pip's default torch brings several gigabytes of CUDA libraries that this app does not use. PyTorch's
# "Get started" page names a package index of CPU builds; with its address the packages take 1.5 GB (0.5 GB to fetch),
# the base image 0.15 GB:
# docker build -t lstm-shapes --build-arg TORCH_INDEX_URL=… .

# Pinned to a version and not to a digest: a digest would hold back the base's security updates, and names one
# platform's image. --build-arg PYTHON_IMAGE=python@sha256:… pins it for whoever wants that.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${PYTHON_IMAGE} AS packages
ARG TORCH_INDEX_URL=""
WORKDIR /packages
COPY requirements.txt ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        ${TORCH_INDEX_URL:+--extra-index-url "$TORCH_INDEX_URL"} -r requirements.txt \
    && /opt/venv/bin/python -c "import torch; print('torch', torch.__version__)" \
    && /opt/venv/bin/python -m pip uninstall --yes --quiet pip setuptools \
    && rm -rf /opt/venv/lib/python3*/site-packages/torch/include /opt/venv/lib/python3*/site-packages/torch/test

FROM ${PYTHON_IMAGE}
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin app
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY LICENSE app.py ./
COPY .streamlit .streamlit
COPY lstm_viz lstm_viz
COPY pages pages

# Inside a container the outside decides who may come in: -p 127.0.0.1:8501:8501 keeps it to this machine.
# HOME is a place that may be written to where the root is read-only: compose.yaml mounts it in memory.
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_ALLOWED_HOSTS=* \
    STREAMLIT_BROWSER_SERVER_ADDRESS=localhost

USER 10001
EXPOSE 8501
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['STREAMLIT_SERVER_PORT'] + ('/' + os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', '').strip('/')).rstrip('/') + '/_stcore/health', timeout=4)"]
CMD ["python", "-m", "streamlit", "run", "app.py"]
